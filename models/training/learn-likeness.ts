/** @file The train job from photos to factors, told as events: what the browser's worker and the command line both run. */
import type { LoraConfig } from '../lora/lora-config.ts';
import { initializeLora, type LoraFactors, type LoraWeights } from '../lora/lora-weights.ts';
import type { LoadedModel } from '../pipelines/loaded-model.ts';
import type { RgbPicture } from '../pipelines/pixels.ts';
import { textToImage, type TextToImageRequest } from '../pipelines/text-to-image.ts';
import { noiseSchedule } from '../schedulers/noise-schedule.ts';
import { resolveOptions } from '../schedulers/scheduler-config.ts';
import type { Subject } from '../text/prompt.ts';
import type { FaceEmbedding } from '../vision/face-embedding.ts';
import { compileTraining } from './compile-training.ts';
import { copyFactors, holdTrial, isTrialDue, type TrialSetup } from './hold-trials.ts';
import { startFromLora } from './init-lora.ts';
import { AdamW } from './optimizers/adamw.ts';
import { prepareExamples, type LearningPhoto } from './prepare-examples.ts';
import type { TrainingRecipe } from './recipe.ts';
import { trainingDefaults } from './training-defaults.ts';
import { trainLora, type TrainingPlan, type TrainingState, type TrainingStep } from './train-lora.ts';
import { reasonToStop, splitPhotos, type Trial, type TrialPlan } from './trials.ts';

export interface LearnOptions {
  /** Who the captions say it is. */
  readonly subject: Subject;
  readonly recipe: TrainingRecipe;
  readonly resolutionPx: number;
  readonly lora: LoraConfig;
  readonly plan: TrainingPlan;
  /** For activations and gradients; without a limit nothing is computed twice. */
  readonly memoryBytes?: number;
  /** The adapter's `maxStorageBufferBindingSize`, where there is one. */
  readonly bindingBytes?: number;
  /** What to start from instead of nothing; see `init-lora.ts`. Not changed. */
  readonly init?: LoraWeights | null;
  /** Tries snapshots and keeps the best; null or none for the last state as it is. */
  readonly trials?: (Pick<TrialSetup, 'judge' | 'tileAbovePixels'> & { readonly plan: TrialPlan }) | null;
  /** Draws the same picture again and again, so that one can watch the likeness appear. */
  readonly preview: { readonly request: Omit<TextToImageRequest, 'loras'>; readonly everySamples: number } | null;
}

/** A model up to this size keeps what a preview needs: reading it again would take longer than the room is worth. */
const smallModelBytes = 256 * 2 ** 20;

export type LearnEvent =
  | { readonly kind: 'encoding'; readonly photosDone: number; readonly photosTotal: number }
  | ({ readonly kind: 'step'; readonly state: TrainingState } & TrainingStep)
  | { readonly kind: 'trial'; readonly state: TrainingState; readonly trial: Trial; readonly stop: ReturnType<typeof reasonToStop> }
  | { readonly kind: 'preview'; readonly samplesSeen: number; readonly picture: RgbPicture };

/**
 * Learns one likeness. Stop by not asking for more; the last `step` event's state is complete and can be resumed.
 *
 * @param resume the state to go on from; changed in place
 * @returns the final state
 * @throws {AppError} whatever its parts throw; `loss-not-finite` leaves the state before the bad update
 */
export async function* learnLikeness(
  model: LoadedModel,
  photos: readonly LearningPhoto[],
  options: LearnOptions,
  resume?: TrainingState,
): AsyncGenerator<LearnEvent, TrainingState> {
  const { learned, kept } = options.trials ? splitPhotos(photos, options.trials.plan) : { learned: photos, kept: [] };
  const encoding = prepareExamples(model, learned, options);
  let prepared = await encoding.next();
  for (; prepared.done !== true; prepared = await encoding.next()) yield { kind: 'encoding', photosDone: prepared.value, photosTotal: learned.length };
  const set = prepared.value;
  const trials = await prepareTrials(kept, options);
  // Everything that is asked of the text encoder and the autoencoder is known now: their room is for activations.
  const { stages, compiled } = await compileTraining(model, { ...options, latentShape: set.latentShape, batchSize: options.plan.batchSize });
  const scale = options.lora.alpha / options.lora.rank;
  const start = options.init ? startFromLora(options.init, stages.modules, scale) : initializeLora(stages.modules, scale, options.plan.seed);
  const state = resume ?? freshState(start);
  const schedule = noiseSchedule(resolveOptions(model.schedulerConfig));
  try {
    if (state.samplesSeen === 0) yield* drawPreview(model, state, options);
    if (yield* tryIfDue(model, state, trials, options)) return state;
    for await (const step of trainLora({ stages, compiled, unet: model.model.unet, set, schedule, plan: options.plan, state })) {
      yield { kind: 'step', state, ...step };
      if (isPreviewDue(step.samplesSeen, options)) yield* drawPreview(model, state, options);
      if (yield* tryIfDue(model, state, trials, options)) break;
    }
  } finally {
    await compiled.dispose();
  }
  return state;
}

function freshState(factors: ReadonlyMap<string, LoraFactors>): TrainingState {
  return { samplesSeen: 0, factors, optimizer: new AdamW(trainingDefaults.optimizer), smoothedLoss: null, trials: [], best: null };
}

function storedBytes({ storedWeights }: LoadedModel): number {
  return [...storedWeights.entries().values()].reduce((sum, { lengthBytes }) => sum + lengthBytes, 0);
}

/** Pictures need every part of a model; learning only the UNet. */
async function makeRoom(model: LoadedModel): Promise<void> {
  if (storedBytes(model) > smallModelBytes) await model.keepOnly(['unet']);
}

/** Measures the photos kept from learning; null where there are none, or none with a face that the judge finds. */
async function prepareTrials(photos: readonly LearningPhoto[], { trials, plan }: LearnOptions): Promise<TrialSetup | null> {
  if (!trials) return null;
  const kept: FaceEmbedding[] = [];
  for (const { picture } of photos) {
    const embedding = await trials.judge.embed(picture);
    if (embedding !== null) kept.push(embedding);
  }
  return kept.length === 0 ? null : { ...trials, kept, seed: plan.seed };
}

/** Holds a trial where one is due. @returns whether learning on is of no use */
async function* tryIfDue(model: LoadedModel, state: TrainingState, trials: TrialSetup | null, { plan }: LearnOptions): AsyncGenerator<LearnEvent, boolean> {
  if (trials === null) return false;
  if (isTrialDue(state, trials.plan, plan.samples)) {
    const trial = await holdTrial(model, state, trials);
    await makeRoom(model);
    yield { kind: 'trial', state, trial, stop: reasonToStop(state.trials, trials.plan) };
  }
  return reasonToStop(state.trials, trials.plan) !== null;
}

function isPreviewDue(samplesSeen: number, { preview, plan }: LearnOptions): boolean {
  if (preview === null) return false;
  const perUpdate = plan.batchSize * plan.accumulation;
  const crossed = Math.floor(samplesSeen / preview.everySamples) > Math.floor((samplesSeen - perUpdate) / preview.everySamples);
  return crossed || samplesSeen >= plan.samples;
}

async function* drawPreview(model: LoadedModel, { factors, samplesSeen }: TrainingState, { preview }: LearnOptions): AsyncGenerator<LearnEvent, void> {
  if (preview === null) return;
  const drawing = textToImage(model, { ...preview.request, loras: [{ weights: copyFactors(factors), weight: 1 }] });
  let drawn = await drawing.next();
  while (drawn.done !== true) drawn = await drawing.next();
  await makeRoom(model);
  yield { kind: 'preview', samplesSeen, picture: drawn.value.picture };
}
