/** @file The page's side of the photo worker: files wait their turn here, and a crash costs the one file that caused it. */
import { type Remote, transfer, wrap } from 'comlink';
import { encodeError } from '#models/errors/error-codec.ts';
import type { EncodedError } from '../contract/engine.ts';
import type { ExpandResult, GuideResult, GuideTarget, MeasureResult, PhotoApi, PreparedPhotoResult } from '../contract/photos.ts';

type Refusal = { readonly ok: false; readonly error: EncodedError };

// The worker has shorter limits of its own for everything that files can bring about; these are for the worker itself.
const photoPatienceMs = 60_000;
const expandPatienceMs = 180_000;

/** Implements `PhotoApi` for the page. Never rejects: a reason comes back instead. */
export class PhotoClient implements PhotoApi {
  #worker: Worker | null = null;
  #api: Remote<PhotoApi> | null = null;
  #queue: Promise<unknown> = Promise.resolve();
  #cancelled = new AbortController();
  /** Answers the call that is under way when its worker is ended. */
  #giveUp: (() => void) | null = null;

  prepare(file: Blob, fileName: string): Promise<PreparedPhotoResult> {
    return this.#inTurn<PreparedPhotoResult>((api) => api.prepare(file, fileName), photoPatienceMs);
  }

  expand(file: Blob, fileName: string): Promise<ExpandResult> {
    return this.#inTurn<ExpandResult>((api) => api.expand(file, fileName), expandPatienceMs);
  }

  edit(...[picture, edit]: Parameters<PhotoApi['edit']>): Promise<PreparedPhotoResult> {
    return this.#inTurn<PreparedPhotoResult>((api) => api.edit(picture, edit), photoPatienceMs);
  }

  measure(picture: Blob): Promise<MeasureResult> {
    return this.#inTurn<MeasureResult>((api) => api.measure(picture), photoPatienceMs);
  }

  guide(frame: ImageBitmap, target: GuideTarget): Promise<GuideResult> {
    return this.#inTurn<GuideResult>((api) => api.guide(transfer(frame, [frame]), target), photoPatienceMs);
  }

  /** Everything that waits is answered `cancelled` without being begun; what is in the worker is finished. */
  cancelWaiting(): void {
    this.#cancelled.abort();
    this.#cancelled = new AbortController();
  }

  /** Ends the worker; what it was doing is answered `cancelled`. The next photo starts a new one. */
  dispose(): void {
    this.#giveUp?.();
    this.#worker?.terminate();
    this.#worker = null;
    this.#api = null;
  }

  #inTurn<T>(call: (api: Remote<PhotoApi>) => Promise<T>, patienceMs: number): Promise<T | Refusal> {
    const { signal } = this.#cancelled;
    const result = this.#queue.then(() => (signal.aborted ? refusal('cancelled', 'The photo was not begun.') : this.#now(call, patienceMs)));
    this.#queue = result;
    return result;
  }

  async #now<T>(call: (api: Remote<PhotoApi>) => Promise<T>, patienceMs: number): Promise<T | Refusal> {
    const { worker, api } = this.#start();
    let timer: ReturnType<typeof setTimeout> | undefined;
    const death = new Promise<Refusal>((resolve) => {
      const fail = (code: 'worker-crashed' | 'photo-unreadable', message: string): void => {
        resolve(refusal(code, message));
        this.dispose();
      };
      this.#giveUp = () => resolve(refusal('cancelled', 'The photo worker was ended.'));
      worker.onerror = (event) => {
        event.preventDefault();
        fail('worker-crashed', `The photo worker ended: ${event.message}`);
      };
      timer = setTimeout(() => fail('photo-unreadable', `The photo worker gave no answer for ${patienceMs / 1000} s.`), patienceMs);
    });
    try {
      return await Promise.race([call(api), death]);
    } catch (error) {
      return { ok: false, error: encodeError(error) };
    } finally {
      this.#giveUp = null;
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

function refusal(code: 'cancelled' | 'worker-crashed' | 'photo-unreadable', message: string): Refusal {
  return { ok: false, error: { code, message, help: null, retryable: code !== 'photo-unreadable' } };
}
