/** @file Which model a likeness is for. */
import type { LikenessRecord } from '#storage/likeness-store.ts';
import { findRun } from '#storage/run-store.ts';
import { builtinModelId } from '../host/model-folders.ts';

/** The model it was imported for, or of the run that taught it. A run may be gone, deleted by the person; then it was most likely the built-in model. */
export async function modelOfLikeness({ imported, runId }: LikenessRecord): Promise<string> {
  if (imported !== undefined) return imported.modelId;
  const job = (await findRun(runId))?.job;
  return typeof job === 'object' && job !== null && 'model' in job && typeof job.model === 'string' ? job.model : builtinModelId;
}
