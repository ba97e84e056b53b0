/** @file Training runs: what was asked, how far it got, its loss curve and previews. Checkpoints are in `checkpoint-store`. */
import { inDatabase } from './database.ts';
import type { RunRecord } from './likeness-records.ts';

export type { LossPoint, RunPreview, RunRecord, RunStatus, StoredError } from './likeness-records.ts';

/** A run that nobody has worked on yet. Not stored. */
export function queuedRun({ id, projectId, job, photoIds }: Pick<RunRecord, 'id' | 'projectId' | 'job' | 'photoIds'>): RunRecord {
  const now = Date.now();
  return {
    id,
    projectId,
    job,
    photoIds,
    status: 'queued',
    createdAt: now,
    updatedAt: now,
    samplesSeen: 0,
    losses: [],
    previews: [],
    likenessId: null,
    error: null,
  };
}

/** Writes a run, new or changed as a whole. */
export async function saveRun(run: RunRecord): Promise<void> {
  await inDatabase((database) => database.put('runs', run));
}

/** The run with this id, or undefined. */
export function findRun(id: string): Promise<RunRecord | undefined> {
  return inDatabase((database) => database.get('runs', id));
}

/** The runs of a project, newest first. */
export async function listRuns(projectId: string): Promise<RunRecord[]> {
  const runs = await inDatabase((database) => database.getAllFromIndex('runs', 'byProject', projectId));
  return runs.sort((a, b) => b.createdAt - a.createdAt);
}

/**
 * Changes some fields of a run in one transaction and sets `updatedAt`.
 *
 * @param change  fields to set, or a function from the stored run to them, for growing `losses` and `previews`
 * @returns the new record, or undefined if there is no run with this id
 */
export function updateRun(
  id: string,
  change: Partial<Omit<RunRecord, 'id'>> | ((run: RunRecord) => Partial<Omit<RunRecord, 'id'>>),
): Promise<RunRecord | undefined> {
  return inDatabase(async (database) => {
    const transaction = database.transaction('runs', 'readwrite');
    const run = await transaction.store.get(id);
    const fields = run === undefined ? undefined : typeof change === 'function' ? change(run) : change;
    const changed = run === undefined ? undefined : { ...run, ...fields, updatedAt: Date.now() };
    if (changed !== undefined) await transaction.store.put(changed);
    await transaction.done;
    return changed;
  });
}

/** Removes a run and its checkpoint for good. The likeness that it produced stays. */
export async function removeRun(id: string): Promise<void> {
  await inDatabase(async (database) => {
    const transaction = database.transaction(['runs', 'checkpoints'], 'readwrite');
    await Promise.all([transaction.objectStore('runs').delete(id), transaction.objectStore('checkpoints').delete(id)]);
    await transaction.done;
  });
}
