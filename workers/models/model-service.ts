/** @file The model worker: one fetch of a model over all tabs, progress told to all of them, stopped by any of them. */
import { encodeError, type EncodedError } from '#models/errors/error-codec.ts';
import { completeModel } from '#storage/model-store.ts';
import {
  type LocalModelOrder,
  type ModelApi,
  modelChannelName,
  type ModelCommand,
  type ModelEvent,
  modelLockName,
  type ModelOrder,
} from '../contract/models.ts';
import { copyModel } from './copy-model.ts';
import { fetchModel, type ModelJob } from './fetch-model.ts';

/** Half a minute in all: longer breaks end the download, and the page goes on when the network is back. */
const retryDelaysMs = [1000, 2000, 4000, 8000, 15_000];

/** Implements `ModelApi`. */
export class ModelService implements ModelApi {
  readonly #channel = new BroadcastChannel(modelChannelName);
  readonly #stops = new Map<string, AbortController>();
  readonly #retryDelaysMs: readonly number[];

  constructor(delaysMs: readonly number[] = retryDelaysMs) {
    this.#retryDelaysMs = delaysMs;
    this.#channel.addEventListener('message', (event: MessageEvent<ModelCommand | ModelEvent>) => {
      if (event.data.kind === 'pause') this.#stops.get(event.data.modelId)?.abort();
    });
  }

  fetchModel(order: ModelOrder): Promise<void> {
    return this.#alone(order.id, (job) => fetchModel(order, job));
  }

  copyModel(order: LocalModelOrder): Promise<void> {
    return this.#alone(order.id, (job) => copyModel(order, job));
  }

  /** Runs `work` while this tab holds the model's lock; waits for a tab that has it. */
  async #alone(modelId: string, work: (job: ModelJob) => Promise<void>): Promise<void> {
    if (this.#stops.has(modelId)) return; // This tab is at it already.
    const stop = new AbortController();
    this.#stops.set(modelId, stop);
    let error: EncodedError | null = null;
    try {
      await navigator.locks.request(modelLockName(modelId), { signal: stop.signal }, () =>
        work({ signal: stop.signal, retryDelaysMs: this.#retryDelaysMs, tell: (progress) => this.#channel.postMessage(progress) }),
      );
    } catch (thrown) {
      error = encodeError(thrown);
      throw thrown;
    } finally {
      this.#stops.delete(modelId);
      await completeModel(modelId).catch(() => undefined); // A closed database is told by the work itself.
      this.#channel.postMessage({ kind: 'ended', modelId, error } satisfies ModelEvent);
    }
  }
}
