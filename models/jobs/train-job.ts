/** @file The train job: everything that decides what is learned, as plain data that runs the same in every place. */
import { z } from 'zod';
import { targetPresets, type TargetPreset } from '../lora/lora-config.ts';
import { recipeField, trialsField } from './recipe-field.ts';
import { edgePxField, idField, modelField, personClassField, photoLimits, promptField, seedField, versionField } from './fields.ts';

/** How much patience was asked for; the numbers that follow from it are in the job, so this is for people and statistics only. */
export const effortNames = ['fast', 'normal', 'thorough'] as const;
export type Effort = (typeof effortNames)[number];

const targetNames = Object.keys(targetPresets) as [TargetPreset, ...TargetPreset[]];

export const trainJobSchema = z.strictObject({
  kind: z.literal('train'),
  version: versionField,
  model: modelField,
  personClass: personClassField,
  /** The new word for the person; one word without spaces. */
  subjectToken: z.string().regex(/^[a-z]{2,20}$/, 'expected 2 to 20 small letters'),
  /** Ids in the photo store, or file names on the command line; the pictures themselves are never part of a job. */
  photoIds: z.array(idField).min(photoLimits.fewest).max(photoLimits.most),
  effort: z.enum(effortNames),
  resolutionPx: edgePxField,
  lora: z.strictObject({
    rank: z.int().min(1).max(256),
    alpha: z.number().positive().max(1024),
    targets: z.enum(targetNames),
  }),
  /** Pictures seen in all, each time with fresh noise. */
  samples: z.int().min(1).max(100_000),
  learningRate: z.number().positive().max(0.1),
  warmupSteps: z.int().min(0).max(10_000),
  batchSize: z.int().min(1).max(64),
  /** Batches per update of the weights. */
  accumulation: z.int().min(1).max(64),
  /** Share of captions left empty. */
  captionDropout: z.number().min(0).max(1),
  recipe: recipeField,
  trials: trialsField,
  /** What learning starts from: nothing, or the LoRA of a face in general that lies beside the model as `faceLoraFile`. */
  init: z.enum(['face']).nullable().default(null),
  seed: seedField,
  /** A picture from a fixed seed now and then, so that one can watch the likeness appear; null for none. */
  preview: z.strictObject({ prompt: promptField, everySamples: z.int().min(1) }).nullable(),
});

export type TrainJob = z.infer<typeof trainJobSchema>;
