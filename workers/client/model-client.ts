/** @file The page's side of the model worker: started when a model is first fetched. */
import { type Remote, wrap } from 'comlink';
import { AppError } from '#models/errors/app-error.ts';
import { decodeError } from '#models/errors/error-codec.ts';
import {
  type LocalModelOrder,
  type ModelApi,
  modelChannelName,
  type ModelCommand,
  type ModelEvent,
  modelLockName,
  type ModelOrder,
} from '../contract/models.ts';

/** Implements `ModelApi` for the page. */
export class ModelClient implements ModelApi {
  readonly #channel = new BroadcastChannel(modelChannelName);
  #running: { readonly worker: Worker; readonly api: Remote<ModelApi>; readonly death: Promise<never> } | null = null;

  /** Hears what the fetching tab tells, whichever it is. */
  listen(onEvent: (event: ModelEvent) => void): void {
    this.#channel.addEventListener('message', (event: MessageEvent<ModelEvent | ModelCommand>) => {
      if (event.data.kind !== 'pause') onEvent(event.data);
    });
  }

  fetchModel(order: ModelOrder): Promise<void> {
    return this.#run((api) => api.fetchModel(order));
  }

  copyModel(order: LocalModelOrder): Promise<void> {
    return this.#run((api) => api.copyModel(order));
  }

  /** Asks whichever tab fetches the model to stop. */
  pause(modelId: string): void {
    this.#channel.postMessage({ kind: 'pause', modelId } satisfies ModelCommand);
  }

  /** The models of these that some tab is fetching now. */
  async atWork(modelIds: readonly string[]): Promise<string[]> {
    const held = (await navigator.locks.query()).held ?? [];
    return modelIds.filter((id) => held.some((lock) => lock.name === modelLockName(id)));
  }

  /** Resolves when no tab is fetching the model. */
  async whenFree(modelId: string): Promise<void> {
    await navigator.locks.request(modelLockName(modelId), () => undefined);
  }

  /** Ends the worker: what it fetches stops, and what is here stays. */
  dispose(): void {
    this.#running?.worker.terminate();
    this.#running = null;
  }

  async #run(work: (api: Remote<ModelApi>) => Promise<void>): Promise<void> {
    const { api, death } = this.#start();
    try {
      await Promise.race([work(api), death]);
    } catch (error) {
      throw decodeError(error);
    }
  }

  #start(): { readonly api: Remote<ModelApi>; readonly death: Promise<never> } {
    if (this.#running !== null) return this.#running;
    const worker = new Worker(new URL('../models/model.worker.ts', import.meta.url), { type: 'module', name: 'models' });
    const death = new Promise<never>((_resolve, reject) => {
      worker.addEventListener('error', (event) => {
        event.preventDefault();
        this.dispose();
        reject(new AppError('worker-crashed', { message: `The model worker ended: ${event.message}`, retryable: true }));
      });
    });
    death.catch(() => undefined); // Whoever races against it handles it; otherwise there is nobody to tell.
    this.#running = { worker, api: wrap<ModelApi>(worker), death };
    return this.#running;
  }
}
