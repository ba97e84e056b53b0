/** @file How a likeness is learned unless someone asks otherwise. The numbers come from the runs in `README.md` of this folder. */
import type { LoraConfig } from '../lora/lora-config.ts';
import { defaultAdamWOptions, type AdamWOptions } from './optimizers/adamw.ts';
import { firstRecipe, type TrainingRecipe } from './recipe.ts';
import type { TrainingPlan } from './train-lora.ts';

export interface TrainingDefaults {
  readonly lora: LoraConfig;
  readonly recipe: TrainingRecipe;
  readonly samples: number;
  readonly batchSize: number;
  readonly accumulation: number;
  readonly learningRate: number;
  /** Share of the updates over which the learning rate rises. */
  readonly warmupShare: number;
  readonly captionDropout: number;
  readonly maxGradientNorm: number;
  readonly optimizer: AdamWOptions;
}

/** For models of the built-in one's size. */
export const trainingDefaults: TrainingDefaults = {
  lora: { rank: 16, alpha: 16, targets: 'all' },
  // One caption for all photos: with captions that name each one's backdrop, the words lead to those backdrops and away from what they mean. `README.md` has the table.
  recipe: { ...firstRecipe, noiseLevels: { spread: 'even', highest: 0.8 } },
  samples: 1200,
  batchSize: 4,
  accumulation: 1,
  learningRate: 4e-3,
  warmupShare: 0.05,
  captionDropout: 0.1,
  maxGradientNorm: 1,
  optimizer: defaultAdamWOptions,
};

/** The plan of one run. */
export function trainingPlan(seed: number, changes: Partial<TrainingDefaults> = {}): TrainingPlan {
  const { samples, batchSize, accumulation, learningRate, warmupShare, captionDropout, maxGradientNorm, recipe } = { ...trainingDefaults, ...changes };
  const updates = Math.ceil(samples / (batchSize * accumulation));
  return {
    samples,
    batchSize,
    accumulation,
    learningRate,
    warmupSteps: Math.round(updates * warmupShare),
    seed,
    captionDropout,
    noiseLevels: recipe.noiseLevels,
    maxGradientNorm,
  };
}
