/** @file What learning with a model will take here and be like, from configurations alone: what the page says before it is begun. */
import { totalBytes } from '#models/budget/memory-need.ts';
import { readModel } from '#models/pipelines/open-model.ts';
import { withBreaks } from '#models/runtime/steps.ts';
import type { LearningPlan, LearningRequest } from '../contract/engine.ts';
import { openingOf, openModelFolder } from '../host/model-folders.ts';
import type { ChosenBackend } from './choose-backend.ts';
import { findFit, type FittedJob, type TooLarge } from './fit-job.ts';
import { breathe } from './job-queue.ts';

/**
 * Plans as `TrainingRun` will. Nothing but configurations, or the header of a single file, is read.
 *
 * @throws {AppError} `model-file-missing`, `model-unknown` and what else reading the model throws
 */
export async function planLearning(request: LearningRequest, { backend, memory }: Pick<ChosenBackend, 'backend' | 'memory'>): Promise<LearningPlan> {
  const model = await readModel(openModelFolder(request.model), await openingOf(request.model));
  const found = await withBreaks(findFit(request, model, memory, false), breathe);
  return { backend, availableBytes: memory.availableBytes, outcome: outcomeOf(found) };
}

function outcomeOf(found: FittedJob<LearningRequest> | TooLarge): LearningPlan['outcome'] {
  if (!('need' in found)) {
    const { limit, limitBytes, neededBytes } = found;
    return limit === 'binding' ? { kind: 'too-large-a-tensor', tensorBytes: neededBytes, limitBytes } : { kind: 'too-large', weightBytes: neededBytes };
  }
  const { job, need } = found;
  return {
    kind: 'fits',
    resolutionPx: job.resolutionPx,
    targets: job.lora.targets,
    needBytes: totalBytes(need),
    isComputedTwice: Number.isFinite(need.plannedBytes),
  };
}
