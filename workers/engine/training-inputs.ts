/** @file From a stored run to what the training loop takes: the job checked, the photos decoded, the state to go on from. */
import { AppError } from '#models/errors/app-error.ts';
import { parseWith, photoLimits, trainJobSchema, type TrainJob } from '#models/jobs/index.ts';
import type { LoadedModel } from '#models/pipelines/loaded-model.ts';
import { trainingCaption } from '#models/text/prompt.ts';
import { decodeCheckpoint } from '#models/training/checkpoint.ts';
import type { LearnOptions } from '#models/training/learn-likeness.ts';
import type { LearningPhoto } from '#models/training/prepare-examples.ts';
import { trainingDefaults } from '#models/training/training-defaults.ts';
import type { TrainingState } from '#models/training/train-lora.ts';
import { findCheckpoint } from '#storage/checkpoint-store.ts';
import { findPhotos } from '#storage/photo-store.ts';
import { findRun, type RunRecord } from '#storage/run-store.ts';
import { decodePicture } from '../host/browser-pictures.ts';
import type { EngineMemory } from './engine-memory.ts';
import type { FittedJob } from './fit-job.ts';
import { breathe, type JobControl } from './job-queue.ts';

/** The run with this id and its job. @throws {AppError} `job-invalid` if there is none or its job cannot be run */
export async function readRun(runId: string): Promise<{ readonly run: RunRecord; readonly job: TrainJob }> {
  const run = await findRun(runId);
  if (run === undefined) throw new AppError('job-invalid', { message: 'the training run is not in storage any more', help: 'Start a new one.' });
  return { run, job: halveAfterNaN(run, parseWith(trainJobSchema, run.job, 'training run')) };
}

/** What the error's help promises: going on after a loss that was not a number learns half as fast. */
function halveAfterNaN(run: RunRecord, job: TrainJob): TrainJob {
  return run.error?.code === 'loss-not-finite' ? { ...job, learningRate: job.learningRate / 2 } : job;
}

/**
 * The stored photos as pixels, one after another.
 *
 * @throws {AppError} `photos-too-few` if too many were removed since the run was started, `cancelled`
 */
export async function readTrainingPhotos(photoIds: readonly string[], control: JobControl): Promise<LearningPhoto[]> {
  const records = await findPhotos(photoIds);
  if (records.length < photoLimits.fewest) {
    throw new AppError('photos-too-few', {
      message: `${records.length} of the run's ${photoIds.length} photos are still there, at least ${photoLimits.fewest} are needed`,
      help: 'Add the photos again and start a new run.',
    });
  }
  const photos: LearningPhoto[] = [];
  for (const { picture, faceBox, measures } of records) {
    await breathe();
    control.throwIfCancelled();
    photos.push({ picture: await decodePicture(picture), faceBox, measures });
  }
  return photos;
}

/** The state that a run goes on from, or undefined for a new one. @throws {AppError} `weights-corrupt` if the checkpoint is damaged */
export async function readTrainingState(runId: string): Promise<TrainingState | undefined> {
  const checkpoint = await findCheckpoint(runId);
  return checkpoint === undefined ? undefined : decodeCheckpoint(new Uint8Array(checkpoint.bytes));
}

/** The words that stand for the person, as training photos are captioned. */
export function triggerPromptOf({ subjectToken, personClass }: Pick<TrainJob, 'subjectToken' | 'personClass'>): string {
  return trainingCaption({ token: subjectToken, personClass });
}

const previewSteps = 12;
const previewGuidance = 4;

/** A fitted job in the terms of the training loop. */
export function learnOptionsOf({ job, need }: FittedJob, model: LoadedModel, { bindingBytes, tileAbovePixels }: EngineMemory): LearnOptions {
  const { samples, batchSize, accumulation, learningRate, warmupSteps, seed, captionDropout, preview } = job;
  const [widthPx, heightPx] = model.nativeSizePx;
  return {
    subject: { token: job.subjectToken, personClass: job.personClass },
    recipe: job.recipe,
    resolutionPx: job.resolutionPx,
    lora: job.lora,
    plan: {
      samples,
      batchSize,
      accumulation,
      learningRate,
      warmupSteps,
      seed,
      captionDropout,
      noiseLevels: job.recipe.noiseLevels,
      maxGradientNorm: trainingDefaults.maxGradientNorm,
    },
    memoryBytes: need.plannedBytes,
    ...(bindingBytes !== undefined && { bindingBytes }),
    preview:
      preview === null
        ? null
        : {
            request: {
              prompt: preview.prompt,
              negativePrompt: '',
              widthPx,
              heightPx,
              scheduler: 'dpm-solver-multistep',
              steps: previewSteps,
              guidance: previewGuidance,
              seed,
              tileAbovePixels,
            },
            everySamples: preview.everySamples,
          },
  };
}
