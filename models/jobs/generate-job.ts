/** @file The generate job: everything that decides a set of pictures, as plain data that runs the same in every place. */
import { z } from 'zod';
import { schedulerIds } from '../schedulers/index.ts';
import { edgePxField, idField, modelField, promptField, seedField, versionField } from './fields.ts';

export const generateJobSchema = z.strictObject({
  kind: z.literal('generate'),
  version: versionField,
  model: modelField,
  prompt: promptField.min(1),
  /** What guidance leads away from; empty for nothing in particular. */
  negativePrompt: promptField,
  scheduler: z.enum(schedulerIds),
  steps: z.int().min(1).max(150),
  /** 1 asks the model once a step and ignores the negative prompt; larger follows the words more closely. */
  guidance: z.number().min(1).max(30),
  /** Of the first picture; the next ones count up. */
  seed: seedField,
  widthPx: edgePxField,
  heightPx: edgePxField,
  count: z.int().min(1).max(200),
  /** Likenesses and styles added to the model, by id; 1 is full strength. */
  loras: z.array(z.strictObject({ id: idField, weight: z.number().min(-2).max(2) })).max(8),
  /** The style pack the prompt came from, for the gallery; null for a prompt of one's own. */
  styleId: idField.nullable(),
});

export type GenerateJob = z.infer<typeof generateJobSchema>;

/** The seed of picture `index` of a job, 0..count-1; counts on past 2^32 from 0. */
export function seedOfPicture(job: Pick<GenerateJob, 'seed'>, index: number): number {
  return (job.seed + index) % 2 ** 32;
}
