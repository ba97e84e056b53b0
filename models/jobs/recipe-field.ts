/** @file The recipe of a train job and the trials of its snapshots, with their limits. Jobs from before recipes learn as they did. */
import { z } from 'zod';
import { schedulers, type SchedulerId } from '../schedulers/index.ts';
import { firstRecipe, type TrainingRecipe } from '../training/recipe.ts';
import type { TrialPlan } from '../training/trials.ts';
import { studioBackdrops, type StudioBackdrop } from '../vision/backdrop.ts';
import { promptField } from './fields.ts';

const schedulerNames = Object.keys(schedulers) as [SchedulerId, ...SchedulerId[]];
const studioNames = Object.keys(studioBackdrops) as [StudioBackdrop, ...StudioBackdrop[]];
const weight = z.number().min(0).max(100);

export const recipeField = z
  .strictObject({
    faceHeights: z.array(z.number().min(0.1).max(1)).min(1).max(8).readonly(),
    captions: z.enum(['plain', 'surroundings', 'measured']),
    lossWeights: z.strictObject({ face: weight.positive(), body: weight, background: weight }),
    noiseLevels: z.strictObject({ spread: z.enum(['even', 'random']), highest: z.number().positive().max(1) }),
  })
  .default(firstRecipe) satisfies z.ZodType<TrainingRecipe>;

/** Null: the last state is what was learned. */
export const trialsField = z
  .strictObject({
    heldOutPhotos: z.int().min(1).max(8),
    fromShare: z.number().positive().max(1),
    count: z.int().min(1).max(50),
    looks: z
      .array(
        z.strictObject({
          prompt: promptField.min(1),
          negativePrompt: promptField,
          guidance: z.number().min(1).max(30),
          backdrop: z.enum(studioNames).nullable(),
        }),
      )
      .min(1)
      .max(8)
      .readonly(),
    seedsPerLook: z.int().min(1).max(16),
    drawing: z.strictObject({ scheduler: z.enum(schedulerNames), steps: z.int().min(1).max(150) }),
    patience: z.int().min(1).max(50),
  })
  .nullable()
  .default(null) satisfies z.ZodType<TrialPlan | null>;
