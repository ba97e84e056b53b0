/** @file Ordering a training run: a plain, validated job, written to the run store, where the engine finds it. */
import { AppError } from '#models/errors/app-error.ts';
import { jobVersion, parseWith, photoLimits, type TrainJob, trainJobSchema } from '#models/jobs/index.ts';
import { defaultSubject, stylePacks, stylePrompts } from '#models/styles/index.ts';
import { trainingPresets, trialPlan } from '#models/training/presets.ts';
import { trainingDefaults, trainingPlan } from '#models/training/training-defaults.ts';
import type { PhotoRecord } from '#storage/photo-store.ts';
import type { PersonClass } from '#storage/project-store.ts';
import { queuedRun, type RunRecord, saveRun } from '#storage/run-store.ts';
import { modelResolutionPx } from './model-resolution.ts';
import { type Effort, pictureScheduler, pictureSteps, printsPerRun } from './defaults.ts';

/**
 * The job for a person's photos.
 *
 * @param model `builtin`, or the id of a stored model
 *
 * @throws {AppError} photos-too-few or photos-too-many
 */
export function trainJobFor(
  model: string,
  photoIds: readonly string[],
  personClass: PersonClass,
  effort: Effort,
  resolutionPx: number,
  seed: number,
): TrainJob {
  const { fewest, most } = photoLimits;
  if (photoIds.length < fewest) throw new AppError('photos-too-few', { message: `${photoIds.length} usable photos, at least ${fewest} are needed` });
  if (photoIds.length > most) throw new AppError('photos-too-many', { message: `${photoIds.length} photos, at most ${most}` });
  const preset = trainingPresets[effort];
  const { samples, recipe, learningRate } = preset;
  const { batchSize, accumulation, warmupSteps, captionDropout } = trainingPlan(seed, { samples });
  const subject = defaultSubject(personClass);
  const [firstLook] = stylePacks;
  const job = {
    kind: 'train',
    version: jobVersion,
    model,
    personClass,
    subjectToken: subject.token,
    photoIds,
    effort,
    resolutionPx,
    lora: trainingDefaults.lora,
    samples,
    learningRate,
    warmupSteps,
    batchSize,
    accumulation,
    captionDropout,
    recipe,
    trials: trialPlan(preset, subject, { scheduler: pictureScheduler, steps: pictureSteps }),
    init: null,
    seed,
    preview: firstLook === undefined ? null : { prompt: stylePrompts(firstLook, personClass, subject).prompt, everySamples: Math.ceil(samples / printsPerRun) },
  };
  return parseWith(trainJobSchema, job, 'training run');
}

/** Writes a new run with status `queued`. @throws {AppError} photos-too-few, photos-too-many, model-file-missing, storage-full and the like */
export async function createRun(
  projectId: string,
  model: string,
  photos: readonly PhotoRecord[],
  personClass: PersonClass | null,
  effort: Effort,
): Promise<RunRecord> {
  const photoIds = photos.map((photo) => photo.id);
  const seed = crypto.getRandomValues(new Uint32Array(1))[0] ?? 0;
  const job = trainJobFor(model, photoIds, personClass ?? 'person', effort, await modelResolutionPx(model), seed);
  const run = queuedRun({ id: crypto.randomUUID(), projectId, job, photoIds });
  await saveRun(run);
  return run;
}

/** How many samples a stored run is to see; 0 if its job cannot be read. */
export function samplesTotalOf(run: RunRecord): number {
  const job = trainJobSchema.safeParse(run.job);
  return job.success ? job.data.samples : 0;
}
