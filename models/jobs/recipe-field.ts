/** @file The recipe of a train job: its parts with their limits. Jobs from before recipes learn as they did. */
import { z } from 'zod';
import { firstRecipe, type TrainingRecipe } from '../training/recipe.ts';

const weight = z.number().min(0).max(100);

export const recipeField = z
  .strictObject({
    faceHeights: z.array(z.number().min(0.1).max(1)).min(1).max(8).readonly(),
    captions: z.enum(['plain', 'measured']),
    lossWeights: z.strictObject({ face: weight.positive(), body: weight, background: weight }),
    noiseLevels: z.strictObject({ spread: z.enum(['even', 'random']), highest: z.number().positive().max(1) }),
  })
  .default(firstRecipe) satisfies z.ZodType<TrainingRecipe>;
