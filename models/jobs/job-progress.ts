/** @file What a running job tells: the same events from a worker, the command line and a borrowed GPU. Plain data. */
import { z } from 'zod';
import { countField, idField, secondsField } from './fields.ts';

export const trainPhases = ['loading-model', 'encoding-photos', 'learning', 'saving'] as const;
export const generatePhases = ['loading-model', 'drawing'] as const;

const failed = z.strictObject({
  kind: z.literal('failed'),
  error: z.strictObject({ code: z.string(), message: z.string(), help: z.string().nullable(), retryable: z.boolean() }),
});
const paused = z.strictObject({ kind: z.literal('paused') });
const resumed = z.strictObject({ kind: z.literal('resumed') });

export const trainProgressSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('phase'), phase: z.enum(trainPhases) }),
  z.strictObject({
    kind: z.literal('step'),
    samplesSeen: countField,
    samplesTotal: countField,
    loss: z.number(),
    /** Exponential mean: the curve to draw. */
    smoothedLoss: z.number(),
    learningRate: z.number().min(0),
    samplesPerSecond: z.number().min(0),
    secondsLeft: secondsField,
  }),
  /** A picture from the preview seed, already in the store under this id. */
  z.strictObject({ kind: z.literal('preview'), samplesSeen: countField, imageId: idField }),
  /** Everything needed to go on has been written. */
  z.strictObject({ kind: z.literal('checkpoint'), samplesSeen: countField }),
  paused,
  resumed,
  z.strictObject({ kind: z.literal('finished'), likenessId: idField }),
  z.strictObject({ kind: z.literal('cancelled'), samplesSeen: countField }),
  failed,
]);

export const generateProgressSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('phase'), phase: z.enum(generatePhases) }),
  z.strictObject({ kind: z.literal('step'), index: countField, step: z.int().min(1), steps: z.int().min(1) }),
  /** Picture `index` of `total` is in the store under this id. */
  z.strictObject({ kind: z.literal('image'), index: countField, total: countField, imageId: idField, secondsLeft: secondsField }),
  paused,
  resumed,
  z.strictObject({ kind: z.literal('finished'), made: countField }),
  z.strictObject({ kind: z.literal('cancelled'), made: countField }),
  failed,
]);

export type TrainProgress = z.infer<typeof trainProgressSchema>;
export type GenerateProgress = z.infer<typeof generateProgressSchema>;
