/** @file How a likeness is learned, part by part, as plain data: each part can be switched alone, and a job holds the whole of it. */
import { defaultLossWeights, type LossWeightOptions } from './loss-weights.ts';

/** Which noise levels samples are drawn at. */
export interface NoiseLevelPlan {
  /** `even`: a low-discrepancy sequence, so that any stretch of samples has every level once. `random`: each sample by itself, as most trainers do. */
  readonly spread: 'even' | 'random';
  /** Highest level as a share of all, above 0 to 1. The highest decide a picture's colours and framing, which are not the person. */
  readonly highest: number;
}

export interface TrainingRecipe {
  /**
   * Height of the face (chin to hairline) over the side of the crop, one for each crop of a photo; they take turns.
   * Where less than `halfBodyFaceHeight` is left after what the photo has room for, shoulders are in view and the caption says so.
   */
  readonly faceHeights: readonly number[];
  /**
   * `plain`: one sentence for all photos. `surroundings`: with clothes, backdrop and light of each, read from its pixels, so that they are not learned as part of the person.
   * `measured`: with expression, glasses, turn and shade too, where nets measured the photo.
   */
  readonly captions: 'plain' | 'surroundings' | 'measured';
  readonly lossWeights: LossWeightOptions;
  readonly noiseLevels: NoiseLevelPlan;
}

/** Faces smaller than this are head and shoulders, not close up: `portraits-cg` has 0.37 to 0.53 there, the built-in model's close-ups 0.5 to 0.75. */
export const halfBodyFaceHeight = 0.54;

/** What jobs did before recipes were part of them: a stored run goes on as it began. */
export const firstRecipe: TrainingRecipe = {
  faceHeights: [0.66, 0.6, 0.72],
  captions: 'plain',
  lossWeights: defaultLossWeights,
  noiseLevels: { spread: 'even', highest: 1 },
};
