/** @file Holds the trials of a run: draws a snapshot's pictures, has their faces measured, keeps the best factors. */
import type { LoraFactors } from '../lora/lora-weights.ts';
import type { LoadedModel } from '../pipelines/loaded-model.ts';
import type { RgbPicture } from '../pipelines/pixels.ts';
import { textToImage } from '../pipelines/text-to-image.ts';
import { backdropColour } from '../vision/backdrop.ts';
import type { FaceEmbedding } from '../vision/face-embedding.ts';
import { isBetter, bestTrial, measureTrialPicture, trialPoints, type Trial, type TrialLook, type TrialPicture, type TrialPlan } from './trials.ts';
import type { TrainingState } from './train-lora.ts';

/** Who says how alike two faces are: a face net behind a port. Its embeddings must be comparable by cosine. */
export interface FaceJudge {
  /** The surest face of a picture; null where none is found. */
  embed(picture: RgbPicture): Promise<FaceEmbedding | null>;
}

/** What a run needs to try its snapshots. */
export interface TrialSetup {
  readonly plan: TrialPlan;
  readonly judge: FaceJudge;
  /** Faces of the photos kept from learning, at least one. */
  readonly kept: readonly FaceEmbedding[];
  /** Of the first picture of each look; the others count up from it. */
  readonly seed: number;
  /** Pictures above this pass the autoencoder in tiles. */
  readonly tileAbovePixels?: number;
}

/** Whether a snapshot of this state is to be tried: a point was passed since the last one. */
export function isTrialDue({ samplesSeen, trials }: TrainingState, plan: TrialPlan, samples: number): boolean {
  const done = trials.at(-1)?.samplesSeen ?? 0;
  return trialPoints(plan, samples).some((point) => point > done && point <= samplesSeen);
}

/**
 * Tries the state as it is: its result is added to `state.trials`, and `state.best` is replaced if it is the best so far.
 */
export async function holdTrial(model: LoadedModel, state: TrainingState, setup: TrialSetup): Promise<Trial> {
  const { plan, kept } = setup;
  const factors = copyFactors(state.factors);
  const pictures: TrialPicture[] = [];
  for (const look of plan.looks) {
    for (let index = 0; index < plan.seedsPerLook; index++) {
      const picture = await draw(model, factors, look, setup, (setup.seed + index) >>> 0);
      pictures.push(measureTrialPicture(await setup.judge.embed(picture), backdropColour(picture), look, kept));
    }
  }
  const trial = { samplesSeen: state.samplesSeen, pictures };
  if (isBetter(trial, bestTrial(state.trials))) state.best = factors;
  state.trials.push(trial);
  return trial;
}

async function draw(
  model: LoadedModel,
  factors: ReadonlyMap<string, LoraFactors>,
  { prompt, negativePrompt, guidance }: TrialLook,
  { plan, tileAbovePixels }: TrialSetup,
  seed: number,
): Promise<RgbPicture> {
  const [widthPx, heightPx] = model.nativeSizePx;
  const request = {
    prompt,
    negativePrompt,
    guidance,
    widthPx,
    heightPx,
    ...plan.drawing,
    seed,
    loras: [{ weights: factors, weight: 1 }],
    ...(tileAbovePixels !== undefined && { tileAbovePixels }),
  };
  const drawing = textToImage(model, request);
  let drawn = await drawing.next();
  while (drawn.done !== true) drawn = await drawing.next();
  return drawn.value.picture;
}

/** A snapshot: the factors themselves change with the next update. */
export function copyFactors(factors: ReadonlyMap<string, LoraFactors>): Map<string, LoraFactors> {
  return new Map(
    [...factors].map(([path, { down, up, scale }]) => [path, { down: { ...down, data: down.data.slice() }, up: { ...up, data: up.data.slice() }, scale }]),
  );
}

/** What a run has to show: its best snapshot, or its last state where none was tried. */
export function learnedFactors({ best, factors }: Pick<TrainingState, 'best' | 'factors'>): ReadonlyMap<string, LoraFactors> {
  return best ?? factors;
}
