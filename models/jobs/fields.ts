/** @file The fields that several job schemas share, each with its limits. */
import { z } from 'zod';
import { personClasses } from '../text/prompt.ts';

/** Version of the job format: raised when a stored job can no longer be read as it is. */
export const jobVersion = 1;

/** How many photos one likeness takes. */
export const photoLimits = { fewest: 2, recommended: 10, most: 25 } as const;

/** Text of people's own: kept short enough for a job to be a small thing. */
const longestPromptLetters = 2000;

export const versionField = z.literal(jobVersion);
/** `builtin`, or the id under which a model folder is stored. */
export const modelField = z.string().min(1).max(200);
export const idField = z.string().min(1).max(200);
export const personClassField = z.enum(personClasses);
export const promptField = z.string().max(longestPromptLetters);
/** PyTorch uses the low 32 bits of a seed, so there are no others. */
export const seedField = z
  .int()
  .min(0)
  .max(2 ** 32 - 1);
/** Edges of pictures: the autoencoder works in blocks of 8 pixels; a model may want larger ones and says so itself. */
export const edgePxField = z.int().min(64).max(1024).multipleOf(8);
