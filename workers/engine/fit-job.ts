/** @file Brings a job within the memory that there is, before anything is loaded: smaller batches first, then less of the likeness. */
import { formatBytes } from '#models/budget/describe-need.ts';
import { trainingNeed, type PlannedNeed } from '#models/budget/memory-need.ts';
import { fitBatches, presets, tierSizesPx, trainingTiers } from '#models/budget/training-tiers.ts';
import { AppError } from '#models/errors/app-error.ts';
import type { StableDiffusionModel } from '#models/families/stable-diffusion/index.ts';
import type { TrainJob } from '#models/jobs/index.ts';
import type { Steps } from '#models/runtime/steps.ts';
import type { EngineMemory } from './engine-memory.ts';

/** What of a job decides how much memory it takes. */
export type MemoryJob = Pick<TrainJob, 'resolutionPx' | 'lora' | 'batchSize' | 'accumulation'>;

export interface FittedJob<Job extends MemoryJob = TrainJob> {
  /** The very job that was given, where it fits as it is. */
  readonly job: Job;
  readonly need: PlannedNeed;
}

/** Why nothing fits. */
export interface TooLarge {
  /** The least that was tried. */
  readonly least: MemoryJob;
  /** `binding`: a tensor is larger than the adapter's buffers may be. */
  readonly limit: 'memory' | 'binding';
  readonly limitBytes: number;
  /** Of that tensor, or of all weights, beside which too little is left. */
  readonly neededBytes: number;
}

/**
 * The job, or the best one below it that fits.
 *
 * @param isBegun a run that has learned something keeps its size and its layers: its factors have their shapes
 */
export function* findFit<Job extends MemoryJob>(
  job: Job,
  model: StableDiffusionModel,
  memory: EngineMemory,
  isBegun: boolean,
): Steps<FittedJob<Job> | TooLarge> {
  const candidates = isBegun ? [job] : [...(job.resolutionPx <= tierSizesPx[0] ? [job] : []), ...lesserJobs(job, model)];
  for (const candidate of candidates) {
    const fit = yield* fitBatches(model, candidate, candidate, memory.availableBytes, memory);
    if (fit === null) continue;
    const { batchSize, accumulation, need } = fit;
    return { job: batchSize === candidate.batchSize ? candidate : { ...candidate, batchSize, accumulation }, need };
  }
  const least = candidates.at(-1) ?? job;
  const { largestTensorBytes, weightBytes } = yield* trainingNeed(model, { resolutionPx: least.resolutionPx, lora: least.lora, batchSize: 1 }, memory);
  const { availableBytes, bindingBytes = Infinity } = memory;
  return largestTensorBytes > bindingBytes
    ? { least, limit: 'binding', limitBytes: bindingBytes, neededBytes: largestTensorBytes }
    : { least, limit: 'memory', limitBytes: availableBytes, neededBytes: weightBytes };
}

/** As `findFit`. @throws {AppError} `model-too-large` if nothing fits */
export function* fitJob<Job extends MemoryJob>(job: Job, model: StableDiffusionModel, memory: EngineMemory, isBegun: boolean): Steps<FittedJob<Job>> {
  const found = yield* findFit(job, model, memory, isBegun);
  if ('need' in found) return found;
  const { least, limit, limitBytes, neededBytes } = found;
  const message =
    limit === 'binding'
      ? `the graphics card takes buffers of ${formatBytes(limitBytes)}, and this model has one of ${formatBytes(neededBytes)}`
      : `${formatBytes(limitBytes)} can be used here; the weights take ${formatBytes(neededBytes)} of them, and learning at ${least.resolutionPx} px does not fit beside these`;
  throw new AppError('model-too-large', { message, help: 'Use the built-in model or a smaller one, or train on a computer with more memory.' });
}

/** The model's tiers that ask for less than the job, best first. */
function lesserJobs<Job extends MemoryJob>(job: Job, model: StableDiffusionModel): readonly Job[] {
  return trainingTiers(model)
    .map(({ resolutionPx, preset }) => ({ resolutionPx, targets: presets[preset] }))
    .filter(({ resolutionPx, targets }) => resolutionPx <= job.resolutionPx && (targets === presets.light || job.lora.targets === presets.full))
    .filter(({ resolutionPx, targets }) => resolutionPx < job.resolutionPx || targets !== job.lora.targets)
    .map(({ resolutionPx, targets }) => ({ ...job, resolutionPx, lora: { ...job.lora, targets } }));
}
