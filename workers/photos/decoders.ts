/** @file Asks the decoders' thread, and ends it when it gives no answer: the next file gets a new one. */
import { type Remote, wrap } from 'comlink';
import { AppError } from '#models/errors/app-error.ts';
import { decodeError } from '#models/errors/error-codec.ts';
import type { DecodeApi } from './decode-service.ts';

/** The real one; tests start threads that hang. */
export function startDecodeWorker(): Worker {
  return new Worker(new URL('./decode.worker.ts', import.meta.url), { type: 'module', name: 'decoders' });
}

/** A thread that has had nothing to do for so long is ended: libheif and large pictures leave hundreds of MB behind. */
const idleMs = 30_000;

/** Owns one thread at a time. Calls must not overlap: the one who waits would pay for the other's file. */
export class Decoders {
  readonly #startWorker: () => Worker;
  #running: { readonly worker: Worker; readonly api: Remote<DecodeApi> } | null = null;
  #idle: ReturnType<typeof setTimeout> | undefined;

  constructor(startWorker: () => Worker = startDecodeWorker) {
    this.#startWorker = startWorker;
  }

  /**
   * Lets the decoders do something within a time.
   *
   * @param tooLate the error for a thread that had to be ended
   * @throws {AppError} what the decoders threw, `tooLate`, or `worker-crashed` if the thread died by itself
   */
  async ask<T>(work: (api: Remote<DecodeApi>) => Promise<T>, limitMs: number, tooLate: () => AppError): Promise<T> {
    clearTimeout(this.#idle);
    const { worker, api } = (this.#running ??= this.#start());
    let timer: ReturnType<typeof setTimeout> | undefined;
    const death = new Promise<never>((_resolve, reject) => {
      const end = (error: AppError): void => {
        this.dispose();
        reject(error);
      };
      timer = setTimeout(() => end(tooLate()), limitMs);
      worker.onerror = (event) => {
        event.preventDefault();
        end(new AppError('worker-crashed', { message: `The decoders ended: ${event.message}`, retryable: true }));
      };
    });
    try {
      return await Promise.race([work(api), death]);
    } catch (error) {
      throw decodeError(error);
    } finally {
      clearTimeout(timer);
      this.#idle = setTimeout(() => this.dispose(), idleMs);
    }
  }

  /** Ends the thread. The next file starts a new one. */
  dispose(): void {
    clearTimeout(this.#idle);
    this.#running?.worker.terminate();
    this.#running = null;
  }

  #start(): { worker: Worker; api: Remote<DecodeApi> } {
    const worker = this.#startWorker();
    return { worker, api: wrap<DecodeApi>(worker) };
  }
}
