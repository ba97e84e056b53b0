/** @file The state of unfinished runs: adapters, optimiser moments and random state, as bytes in the engine's own format. */
import { inDatabase } from './database.ts';
import type { CheckpointRecord } from './likeness-records.ts';

export type { CheckpointRecord } from './likeness-records.ts';

/** Replaces the checkpoint of a run. The old one stays if the write fails. */
export async function saveCheckpoint(checkpoint: CheckpointRecord): Promise<void> {
  await inDatabase((database) => database.put('checkpoints', checkpoint));
}

/** The checkpoint of a run, or undefined if none was written yet. */
export function findCheckpoint(runId: string): Promise<CheckpointRecord | undefined> {
  return inDatabase((database) => database.get('checkpoints', runId));
}

/** Removes the checkpoint of a run that has ended. */
export async function removeCheckpoint(runId: string): Promise<void> {
  await inDatabase((database) => database.delete('checkpoints', runId));
}
