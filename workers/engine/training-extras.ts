/** @file What only some train jobs take beside model and photos: a LoRA to start from, and who judges their snapshots. */
import type { TrainJob } from '#models/jobs/index.ts';
import { readLora } from '#models/lora/read-lora.ts';
import type { LoadedModel } from '#models/pipelines/loaded-model.ts';
import { faceLoraFile } from '#models/training/init-lora.ts';
import type { LearnOptions } from '#models/training/learn-likeness.ts';
import { openModelFolder } from '../host/model-folders.ts';
import type { EngineMemory } from './engine-memory.ts';
import { openFaceJudge } from './open-face-judge.ts';

export interface TrainingExtras {
  readonly options: Pick<LearnOptions, 'init' | 'trials'>;
  dispose(): Promise<void>;
}

/**
 * Opens what a job asks for.
 *
 * @param warn told if the judge cannot be loaded: the run goes on without trials and keeps its last state
 * @throws {AppError} `model-file-missing` if the model has no LoRA to start from, `lora-incompatible` and the like if it is another model's
 */
export async function openExtras(
  { model: modelId, init, trials }: TrainJob,
  model: LoadedModel,
  { tileAbovePixels }: EngineMemory,
  warn: (error: unknown) => void,
): Promise<TrainingExtras> {
  const initial = init === null ? null : readLora({ bytes: await openModelFolder(modelId).readBytes(faceLoraFile) }, await model.loraBase());
  const judge = trials === null ? null : await openFaceJudge(model.runner).catch(warn);
  const tried = trials !== null && judge ? { plan: trials, judge, tileAbovePixels } : null;
  return { options: { init: initial, trials: tried }, dispose: async () => judge?.dispose() };
}
