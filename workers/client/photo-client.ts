/** @file The page's side of the photo worker: one file at a time, and a crash costs that one file only. */
import { type Remote, wrap } from 'comlink';
import { encodeError } from '#models/errors/error-codec.ts';
import type { PhotoApi, PreparedPhotoResult } from '../contract/photos.ts';

/** A file that takes longer than this has hung its decoder: the worker is replaced. */
const patienceMs = 60_000;

/** Implements `PhotoApi` for the page. Never rejects: a reason comes back instead. */
export class PhotoClient implements PhotoApi {
  #worker: Worker | null = null;
  #api: Remote<PhotoApi> | null = null;
  #queue: Promise<unknown> = Promise.resolve();

  prepare(file: Blob, fileName: string): Promise<PreparedPhotoResult> {
    const result = this.#queue.then(() => this.#prepareNow(file, fileName));
    this.#queue = result;
    return result;
  }

  /** Ends the worker. The next photo starts a new one. */
  dispose(): void {
    this.#worker?.terminate();
    this.#worker = null;
    this.#api = null;
  }

  async #prepareNow(file: Blob, fileName: string): Promise<PreparedPhotoResult> {
    const { worker, api } = this.#start();
    let timer: ReturnType<typeof setTimeout> | undefined;
    const death = new Promise<PreparedPhotoResult>((resolve) => {
      const fail = (code: 'worker-crashed' | 'photo-unreadable', message: string): void => {
        this.dispose();
        resolve({ ok: false, error: { code, message, help: null, retryable: code === 'worker-crashed' } });
      };
      worker.onerror = (event) => {
        event.preventDefault();
        fail('worker-crashed', `The photo worker ended: ${event.message}`);
      };
      timer = setTimeout(() => {
        fail('photo-unreadable', `The decoder gave no answer for ${patienceMs / 1000} s.`);
      }, patienceMs);
    });
    try {
      return await Promise.race([api.prepare(file, fileName), death]);
    } catch (error) {
      return { ok: false, error: encodeError(error) };
    } finally {
      clearTimeout(timer);
    }
  }

  #start(): { worker: Worker; api: Remote<PhotoApi> } {
    if (this.#worker === null || this.#api === null) {
      this.#worker = new Worker(new URL('../photos/photo.worker.ts', import.meta.url), { type: 'module', name: 'photos' });
      this.#api = wrap<PhotoApi>(this.#worker);
    }
    return { worker: this.#worker, api: this.#api };
  }
}
