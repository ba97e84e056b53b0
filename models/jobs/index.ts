/** @file Jobs as data: the doorway for everyone who writes, stores, sends or runs one. */
import { z } from 'zod';
import { AppError } from '../errors/app-error.ts';
import { generateJobSchema } from './generate-job.ts';
import { trainJobSchema } from './train-job.ts';

export const jobSchema = z.discriminatedUnion('kind', [trainJobSchema, generateJobSchema]);
export type Job = z.infer<typeof jobSchema>;

/**
 * A job that came from storage, a file, another thread or the network.
 *
 * @throws {AppError} `job-invalid` with the field at fault; never with its value, which may be a prompt
 */
export function parseJob(value: unknown): Job {
  return parseWith(jobSchema, value, 'job');
}

/**
 * Reads a value by a schema of this folder.
 *
 * @param what the name of the thing in the message
 * @throws {AppError} `job-invalid`
 */
export function parseWith<Schema extends z.ZodType>(schema: Schema, value: unknown, what: string): z.infer<Schema> {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const [first, ...others] = result.error.issues;
  const field = first!.path.length > 0 ? `field "${first!.path.join('.')}"` : 'the whole';
  const more = others.length > 0 ? ` (and ${others.length} more)` : '';
  throw new AppError('job-invalid', {
    message: `this ${what} cannot be run: ${field}: ${first!.message}${more}`,
    help: 'Start it again from the app. If it was written by hand, correct this field.',
    cause: result.error,
  });
}

export { generateJobSchema, seedOfPicture, type GenerateJob } from './generate-job.ts';
export { jobVersion, photoLimits } from './fields.ts';
export { effortNames, trainJobSchema, type Effort, type TrainJob } from './train-job.ts';
