/** @file A whole model from the web into storage: which files, whether there is room, each fetched and checked, complete at the end. */
import type { ModelOrder, ModelPhase, ModelProgress } from '../contract/models.ts';
import { completeModel, findModel, type ModelFileRecord, planModel } from '#storage/model-store.ts';
import { Pace } from '../engine/pace.ts';
import { fileAddress } from './addresses.ts';
import { checkFile } from './check-file.ts';
import { fetchFile } from './fetch-file.ts';
import { listRemote } from './list-remote.ts';
import { demandRoom } from './room.ts';

export interface ModelJob {
  readonly signal: AbortSignal;
  readonly tell: (progress: ModelProgress) => void;
  /** As in `FetchOptions`. */
  readonly retryDelaysMs: readonly number[];
}

/** Progress is told this often at most. */
const tellEveryMs = 200;

/**
 * Fetches what is not here yet. What is here stays whatever happens.
 *
 * @throws {AppError} as `fetchFile`, `checkFile`, `listRemote` and `demandRoom`
 */
export async function fetchModel(order: ModelOrder, job: ModelJob): Promise<void> {
  if ((await findModel(order.id))?.isComplete === true) return;
  const report = new ProgressReport(order.id, job);
  report.tell('listing');
  const files = await plan(order, job.signal);
  const missing = files.reduce((sum, file) => sum + Math.max(0, (file.sizeBytes ?? 0) - file.storedBytes), 0);
  await demandRoom(missing);
  report.begin(files);
  for (const file of files) {
    if (file.isVerified) continue;
    await fetchFile(file, fileAddress(order.source, file.path), {
      signal: job.signal,
      retryDelaysMs: job.retryDelaysMs,
      onBytes: (bytes) => {
        report.fileHas(file.path, bytes);
      },
      onWaiting: () => {
        report.tell('waiting');
      },
    });
    await checkFile(file, job.signal, () => {
      report.tell('checking');
    });
  }
  await completeModel(order.id);
}

/** The files to come, written down so that another tab or day can go on. A hash of the catalogue goes before one that the host tells. */
async function plan(order: ModelOrder, signal: AbortSignal): Promise<ModelFileRecord[]> {
  const known = new Map(order.files?.map((file) => [file.path, file.sha256]));
  const listed = await listRemote(order.source, signal);
  const files = listed.map((file) => ({ ...file, sha256: known.get(file.path) ?? file.sha256 }));
  const { id, label, source, licence, prediction } = order;
  // Small files first: a wrong configuration shows before gigabytes were loaded.
  const planned = await planModel(
    { id, label, source, licence, addedAt: (await findModel(id))?.addedAt ?? Date.now(), ...(prediction === null ? {} : { prediction }) },
    files.sort((a, b) => (a.sizeBytes ?? 0) - (b.sizeBytes ?? 0)),
  );
  return planned;
}

/** Adds up the files and tells, not too often. */
export class ProgressReport {
  readonly #modelId: string;
  readonly #job: Pick<ModelJob, 'tell'>;
  readonly #stored = new Map<string, number>();
  #totalBytes = 0;
  #pace: Pace | null = null;
  #toldAtMs = -Infinity;
  #toldPhase: ModelPhase | null = null;

  constructor(modelId: string, job: Pick<ModelJob, 'tell'>) {
    this.#modelId = modelId;
    this.#job = job;
  }

  /** The files are known, and how much of each is here. */
  begin(files: readonly Pick<ModelFileRecord, 'path' | 'sizeBytes' | 'storedBytes'>[]): void {
    for (const file of files) this.#stored.set(file.path, file.storedBytes);
    this.#totalBytes = files.reduce((sum, file) => sum + (file.sizeBytes ?? file.storedBytes), 0);
    this.#pace = new Pace(this.#doneBytes);
    this.tell('loading');
  }

  fileHas(path: string, bytes: number): void {
    this.#stored.set(path, bytes);
    this.tell('loading');
  }

  tell(phase: ModelPhase): void {
    const now = performance.now();
    if (phase === this.#toldPhase && now - this.#toldAtMs < tellEveryMs) return;
    this.#toldAtMs = now;
    this.#toldPhase = phase;
    const doneBytes = this.#doneBytes;
    this.#pace?.mark(doneBytes);
    const bytesPerSecond = this.#pace?.perSecond ?? 0;
    const totalBytes = Math.max(this.#totalBytes, doneBytes);
    this.#job.tell({
      kind: 'progress',
      modelId: this.#modelId,
      phase,
      doneBytes,
      totalBytes,
      bytesPerSecond,
      secondsLeft: bytesPerSecond > 0 ? (totalBytes - doneBytes) / bytesPerSecond : null,
    });
  }

  get #doneBytes(): number {
    return [...this.#stored.values()].reduce((sum, bytes) => sum + bytes, 0);
  }
}
