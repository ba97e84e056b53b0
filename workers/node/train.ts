/** @file The `train` command: photos in, a likeness file out. */
import { writeFile } from 'node:fs/promises';
import { describeFit, formatBytes } from '#models/budget/describe-need.ts';
import type { PlannedNeed } from '#models/budget/memory-need.ts';
import { fitBatches, fitTier } from '#models/budget/training-tiers.ts';
import { basename, resolve } from 'node:path';
import { findCard, licences } from '#models/catalog/index.ts';
import { AppError } from '#models/errors/app-error.ts';
import type { StableDiffusionModel } from '#models/families/stable-diffusion/index.ts';
import type { LoraConfig } from '#models/lora/lora-config.ts';
import { likenessMetadata } from '#models/lora/likeness-metadata.ts';
import { countLoraParameters } from '#models/lora/lora-weights.ts';
import { readLora } from '#models/lora/read-lora.ts';
import { writeLora, type WrittenLayout } from '#models/lora/write-lora.ts';
import { LoadedModel } from '#models/pipelines/loaded-model.ts';
import type { OpenModelOptions } from '#models/pipelines/open-model.ts';
import type { GraphRunner } from '#models/runtime/graph-runner.ts';
import { atOnce } from '#models/runtime/steps.ts';
import { resolveOptions } from '#models/schedulers/scheduler-config.ts';
import { defaultSubjectToken, subjectPhrase, type PersonClass } from '#models/text/prompt.ts';
import { learnedFactors } from '#models/training/hold-trials.ts';
import { learnLikeness, type LearnEvent } from '#models/training/learn-likeness.ts';
import type { TrainingRecipe } from '#models/training/recipe.ts';
import { trainingDefaults, trainingPlan } from '#models/training/training-defaults.ts';
import { bestTrial, likenessOf, obedienceOf, type TrialPlan } from '#models/training/trials.ts';
import type { TrainingPlan, TrainingState } from '#models/training/train-lora.ts';
import { openFaceJudge } from './face-models.ts';
import { listPhotoFiles, readLearningPhotos, type RefusedPhoto } from './learning-photos.ts';
import { readLoraFile } from './lora-files.ts';
import { openModelDirectory } from './model-directory.ts';
import { availableMemoryBytes, nodeMemory } from './node-memory.ts';
import { peakMemoryBytes, Stopwatch } from './report.ts';

export interface TrainRequest {
  /** A folder in diffusers format, a checkpoint in one file, or `builtin`. */
  readonly model: string;
  readonly opening?: OpenModelOptions | undefined;
  /** Picture files, or one folder of them. */
  readonly photos: string | readonly string[];
  readonly personClass: PersonClass;
  readonly outFile: string;
  /** Kohya's, where none is given. */
  readonly layout?: WrittenLayout | undefined;
  readonly seed: number;
  readonly samples?: number | undefined;
  /** The default one, where none is given. */
  readonly recipe?: TrainingRecipe | undefined;
  /** Tries snapshots and keeps the best one, as the plan says; judged by dlib's net. */
  readonly trials?: TrialPlan | null | undefined;
  /** A LoRA file to start from. */
  readonly initFile?: string | undefined;
  /** Writes what was learned so far beside `outFile`, as `<outFile>.<samples>`. */
  readonly snapshots?: { readonly fromSamples: number; readonly everySamples: number } | undefined;
  readonly rank?: number | undefined;
  readonly resolutionPx?: number | undefined;
  readonly learningRate?: number | undefined;
  /** What the process may take. Default: what the machine has free. */
  readonly memoryBytes?: number | undefined;
}

export interface TrainReport {
  readonly photosUsed: number;
  readonly photosRefused: readonly RefusedPhoto[];
  readonly samples: number;
  readonly parameters: number;
  readonly fileBytes: number;
  readonly samplesPerSecond: number;
  readonly losses: readonly { readonly samplesSeen: number; readonly loss: number; readonly smoothedLoss: number }[];
  /** Every snapshot that was tried, with what it reached. */
  readonly trials: readonly { readonly samplesSeen: number; readonly likeness: number; readonly obedience: number }[];
  /** After which samples the likeness was taken. */
  readonly chosenAt: number;
  readonly seconds: Readonly<Record<string, number>>;
  readonly peakMemoryBytes: number;
  /** What was announced before anything was loaded. */
  readonly plannedMemory: PlannedNeed;
}

const fewestPhotos = 2;

/**
 * Learns a likeness and writes it as safetensors.
 *
 * @param runner  not owned
 * @param onEvent told of every photo and update
 * @throws {AppError} `photos-too-few` if fewer than two photos can be used, and whatever loading and learning throw
 */
export async function trainLikeness(runner: GraphRunner, request: TrainRequest, onEvent: (event: LearnEvent) => void = () => undefined): Promise<TrainReport> {
  const watch = new Stopwatch();
  const files = typeof request.photos === 'string' ? await listPhotoFiles(request.photos) : request.photos;
  const recipe = request.recipe ?? trainingDefaults.recipe;
  const { photos, refused } = await readLearningPhotos(runner, files, recipe.captions === 'measured');
  if (photos.length < fewestPhotos) {
    throw new AppError('photos-too-few', {
      message: `${photos.length} of ${files.length} pictures can be used, at least ${fewestPhotos} are needed${refused[0] === undefined ? '' : `; the first refused one: ${refused[0].reason}`}`,
      help: 'Give 10 to 25 photos of one person, as JPEG, PNG, WebP, AVIF or HEIC.',
    });
  }
  watch.lap('photos');

  const model = await LoadedModel.open(runner, openModelDirectory(request.model), request.opening);
  watch.lap('loading');
  const lora = { ...trainingDefaults.lora, ...(request.rank === undefined ? {} : { rank: request.rank, alpha: request.rank }) };
  const wanted = trainingPlan(request.seed, {
    recipe,
    ...(request.samples === undefined ? {} : { samples: request.samples }),
    ...(request.learningRate === undefined ? {} : { learningRate: request.learningRate }),
  });
  const subject = { token: defaultSubjectToken, personClass: request.personClass };
  const resolutionPx = request.resolutionPx ?? Math.min(...model.nativeSizePx);
  const { plan, need } = fitMemory(model.model, wanted, { resolutionPx, lora }, request.memoryBytes ?? availableMemoryBytes());
  const init = request.initFile === undefined ? null : readLora(await readLoraFile(request.initFile), await model.loraBase());
  const judge = request.trials ? await openFaceJudge(runner) : null;
  const trials = request.trials && judge ? { plan: request.trials, judge: judge.analyzer } : null;
  const memoryBytes = need.plannedBytes;
  const learning = learnLikeness(model, photos, { subject, recipe, resolutionPx, lora, plan, init, trials, memoryBytes, preview: null });

  const facts = {
    lora,
    baseModel: nameOfModel(request.model),
    baseFingerprint: (await model.loraBase()).fingerprint,
    baseLicence: licences[findCard(nameOfModel(request.model))?.licence ?? 'unknown'],
    textWidth: model.model.textEncoder.width,
    resolutionPx,
    learningRate: plan.learningRate,
    seed: request.seed,
    predictionType: resolveOptions(model.schedulerConfig).predictionType,
    triggerPhrase: subjectPhrase(subject),
  };
  const writeFactors = ({ factors, samplesSeen }: TrainingState): Uint8Array =>
    writeLora(factors, likenessMetadata({ ...facts, samples: samplesSeen }), request.layout);

  const losses: TrainReport['losses'][number][] = [];
  let learned = await learning.next();
  for (; learned.done !== true; learned = await learning.next()) {
    const event = learned.value;
    if (event.kind === 'encoding' && event.photosDone === event.photosTotal) watch.lap('encoding');
    if (event.kind === 'step') losses.push({ samplesSeen: event.samplesSeen, loss: event.loss, smoothedLoss: event.smoothedLoss });
    if (event.kind === 'step' && isSnapshotDue(request, event.samplesSeen))
      await writeFile(`${request.outFile}.${event.samplesSeen}`, writeFactors(event.state));
    onEvent(event);
  }
  watch.lap('learning');

  const state: TrainingState = learned.value;
  const bytes = writeFactors({ ...state, factors: learnedFactors(state) });
  await writeFile(request.outFile, bytes);
  await judge?.dispose();
  await model.dispose();
  watch.lap('saving');
  return {
    photosUsed: photos.length,
    photosRefused: refused,
    samples: state.samplesSeen,
    parameters: countLoraParameters(state.factors),
    fileBytes: bytes.length,
    samplesPerSecond: state.samplesSeen / watch.seconds['learning']!,
    losses,
    trials: state.trials.map((trial) => ({ samplesSeen: trial.samplesSeen, likeness: likenessOf(trial), obedience: obedienceOf(trial) })),
    chosenAt: bestTrial(state.trials)?.samplesSeen ?? state.samplesSeen,
    seconds: watch.seconds,
    peakMemoryBytes: peakMemoryBytes(),
    plannedMemory: need,
  };
}

function isSnapshotDue({ snapshots }: TrainRequest, samplesSeen: number): boolean {
  return snapshots !== undefined && samplesSeen >= snapshots.fromSamples && samplesSeen % snapshots.everySamples === 0;
}

/** What the likeness says of its model: the folder's own name, and nothing of where on this machine it is. */
function nameOfModel(nameOrPath: string): string {
  return nameOrPath === 'builtin' ? nameOrPath : basename(resolve(nameOrPath));
}

/**
 * The plan within a memory: smaller batches, as many more of them in an update, before anything else is given up.
 *
 * @throws {AppError} `device-out-of-memory` that names what would fit
 */
function fitMemory(
  model: StableDiffusionModel,
  plan: TrainingPlan,
  settings: { readonly resolutionPx: number; readonly lora: LoraConfig },
  availableBytes: number,
): { readonly plan: TrainingPlan; readonly need: PlannedNeed } {
  const fit = atOnce(fitBatches(model, plan, settings, availableBytes, nodeMemory));
  if (fit !== null) return { plan: { ...plan, batchSize: fit.batchSize, accumulation: fit.accumulation }, need: fit.need };
  const { rank } = settings.lora;
  throw new AppError('device-out-of-memory', {
    message: `${formatBytes(availableBytes)} are too little to learn at ${settings.resolutionPx} px with this model`,
    help: `${describeFit(atOnce(fitTier(model, availableBytes, rank, nodeMemory)), availableBytes)}.`,
  });
}
