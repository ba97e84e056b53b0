/** @file With which model a likeness was learned: the only one it can draw with. */
import { trainJobSchema } from '#models/jobs/train-job.ts';
import type { LikenessRecord } from '#storage/likeness-store.ts';
import { findRun } from '#storage/run-store.ts';

/** The id of the model; the built-in one if the run is gone, as in the engine. */
export async function modelOfLikeness(likeness: LikenessRecord): Promise<string> {
  if (likeness.imported !== undefined) return likeness.imported.modelId;
  const job = trainJobSchema.safeParse((await findRun(likeness.runId))?.job);
  return job.success ? job.data.model : 'builtin';
}
