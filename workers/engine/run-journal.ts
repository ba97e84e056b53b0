/** @file What a training run leaves in storage while it works: checkpoints, losses, test prints and a status that is true at every moment. */
import { isAppError, type AppError } from '#models/errors/app-error.ts';
import { encodeCheckpoint } from '#models/training/checkpoint.ts';
import type { TrainingState } from '#models/training/train-lora.ts';
import type { CheckpointRecord } from '#storage/checkpoint-store.ts';
import type { LossPoint, RunPreview, RunRecord } from '#storage/run-store.ts';

/** The stores, as far as the journal needs them. */
export interface JournalStorage {
  saveCheckpoint(checkpoint: CheckpointRecord): Promise<void>;
  updateRun(id: string, change: (run: RunRecord) => Partial<Omit<RunRecord, 'id'>>): Promise<unknown>;
}

/** A closed tab loses at most this much work and one update. Writing costs some 50 ms, so this costs a quarter of a percent. */
export const checkpointIntervalMs = 20_000;

/** Losses and prints are written together with the checkpoint they belong to, so that a resumed run continues its own curve. */
export class RunJournal {
  readonly #runId: string;
  readonly #storage: JournalStorage;
  readonly #now: () => number;
  #losses: LossPoint[] = [];
  #previews: RunPreview[] = [];
  #savedAt: number;
  #savedSamples: number;

  /** @param samplesSeen of the checkpoint that the run goes on from; 0 for a new run */
  constructor(runId: string, samplesSeen: number, storage: JournalStorage, now: () => number = () => performance.now()) {
    this.#runId = runId;
    this.#storage = storage;
    this.#now = now;
    this.#savedAt = now();
    this.#savedSamples = samplesSeen;
  }

  /** Marks the run as running and drops what the record holds of updates that are lost. */
  start(change: Partial<RunRecord> = {}): Promise<unknown> {
    const upTo = this.#savedSamples;
    return this.#storage.updateRun(this.#runId, (run) => ({
      ...change,
      status: 'running',
      error: null,
      samplesSeen: upTo,
      losses: run.losses.filter((point) => point.samplesSeen <= upTo),
      previews: run.previews.filter((preview) => preview.samplesSeen <= upTo),
    }));
  }

  note(point: LossPoint): void {
    this.#losses.push(point);
  }

  notePreview(preview: RunPreview): void {
    this.#previews = [...this.#previews.filter(({ samplesSeen }) => samplesSeen !== preview.samplesSeen), preview];
  }

  /** True if it is time for a checkpoint. */
  get isDue(): boolean {
    return this.#now() - this.#savedAt >= checkpointIntervalMs;
  }

  /**
   * Writes the state, then what belongs to it. If there is no room the training in memory goes on and the next call tries again.
   *
   * @returns the storage error that kept it from being written, or null
   */
  async save(state: TrainingState, change: Partial<RunRecord> = {}): Promise<AppError | null> {
    this.#savedAt = this.#now();
    const [losses, previews] = [this.#losses, this.#previews];
    try {
      if (state.samplesSeen > this.#savedSamples) {
        const bytes = encodeCheckpoint(state);
        await this.#storage.saveCheckpoint({ runId: this.#runId, samplesSeen: state.samplesSeen, savedAt: Date.now(), bytes: ownBuffer(bytes) });
        this.#savedSamples = state.samplesSeen;
      }
      await this.#storage.updateRun(this.#runId, (run) => ({
        ...change,
        samplesSeen: state.samplesSeen,
        losses: [...run.losses, ...losses],
        previews: [...run.previews.filter((old) => previews.every((preview) => preview.samplesSeen !== old.samplesSeen)), ...previews],
      }));
    } catch (error) {
      if (isStorageError(error)) return error;
      throw error;
    }
    this.#losses = this.#losses.slice(losses.length);
    this.#previews = [];
    return null;
  }

  /** Changes fields of the record, such as the status. @returns the storage error that kept it from being written, or null */
  async change(change: Partial<RunRecord>): Promise<AppError | null> {
    try {
      await this.#storage.updateRun(this.#runId, () => change);
      return null;
    } catch (error) {
      if (isStorageError(error)) return error;
      throw error;
    }
  }
}

/** True if the browser could not or would not store; the work itself is fine. */
export function isStorageError(error: unknown): error is AppError {
  return isAppError(error, 'storage-full') || isAppError(error, 'storage-blocked') || isAppError(error, 'storage-unavailable');
}

/** The buffer of an array that fills it; a copy if it does not. */
export function ownBuffer(bytes: Uint8Array): ArrayBuffer {
  const isWhole = bytes.byteOffset === 0 && bytes.byteLength === bytes.buffer.byteLength && bytes.buffer instanceof ArrayBuffer;
  return isWhole ? (bytes.buffer as ArrayBuffer) : bytes.slice().buffer;
}
