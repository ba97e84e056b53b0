/** @file What a scheduler is: the rule that turns a model's predictions into a picture, one noise level at a time. */
import { AppError } from '../errors/app-error.ts';
import type { SchedulerConfig } from './scheduler-config.ts';

/**
 * One sampling run. Samples are flat float32 arrays of any shape; no argument is ever changed, results belong to the caller.
 * The model is always called with `scaleModelInput(sample, step)` and `timesteps[step]`.
 */
export interface Sampler {
  /** What the model is told at each call, noisiest first; may be fractional. Its length is the number of calls that a run takes. */
  readonly timesteps: Float32Array;
  /** Noise per unit of picture, sqrt((1 - abar) / abar), at each call and after the last: one longer than `timesteps`. */
  readonly noiseLevels: Float32Array;
  /** Multiply unit noise by this to get the first sample. */
  readonly initialNoiseScale: number;
  /** The sample as the model wants it: picture and noise with squares that add up to one. */
  scaleModelInput(sample: Float32Array, step: number): Float32Array;
  /** True if `step(...)` must be given fresh unit noise at this step. */
  needsNoise(step: number): boolean;
  /**
   * The sample for the next call. Call with step 0, 1, 2, ..., an index into `timesteps`; an image-to-image run begins later, at a
   * multiple of the definition's `callsPerStep`.
   *
   * @throws {AppError} `shape-mismatch` if lengths differ or needed noise is missing
   * @throws {RangeError} if `step` is outside `timesteps`, or ends a step of two calls that was not begun
   */
  step(modelOutput: Float32Array, step: number, sample: Float32Array, noise?: Float32Array): Float32Array;
  /** The clean picture that the model has in mind at this step: good for previews. */
  predictOriginal(modelOutput: Float32Array, step: number, sample: Float32Array): Float32Array;
  /** A clean picture brought to the noise level before `step`: where image-to-image begins. */
  addNoise(original: Float32Array, noise: Float32Array, step: number): Float32Array;
}

/** One entry of the registry. */
export interface SchedulerDefinition {
  /** The name for people. */
  readonly label: string;
  /** When to choose it, in one sentence. */
  readonly advice: string;
  readonly recommendedSteps: number;
  /** The class name in a diffusers `scheduler_config.json`. */
  readonly diffusersClass: string;
  /** How often the model is asked in one step, "order" in diffusers. */
  readonly callsPerStep: 1 | 2;
  /**
   * Plans a run of `steps` steps.
   *
   * @throws {AppError} `job-invalid` if this many steps cannot be taken
   */
  create(config: SchedulerConfig, steps: number): Sampler;
}

/** Guards the arguments of `Sampler.step`. */
export function checkStep(
  sampler: Pick<Sampler, 'timesteps' | 'needsNoise'>,
  modelOutput: Float32Array,
  step: number,
  sample: Float32Array,
  noise: Float32Array | undefined,
): void {
  if (!Number.isInteger(step) || step < 0 || step >= sampler.timesteps.length) {
    throw new RangeError(`step ${step} is outside the ${sampler.timesteps.length} steps of this run`);
  }
  if (modelOutput.length !== sample.length) {
    throw new AppError('shape-mismatch', { message: `model output has ${modelOutput.length} elements, sample ${sample.length}` });
  }
  if (sampler.needsNoise(step) && noise?.length !== sample.length) {
    throw new AppError('shape-mismatch', { message: `step ${step} needs ${sample.length} elements of noise, got ${noise?.length ?? 0}` });
  }
}

/** Guards the number of steps. */
export function checkStepCount(steps: number, most: number): void {
  if (Number.isInteger(steps) && steps >= 1 && steps <= most) return;
  throw new AppError('job-invalid', {
    message: `${steps} sampling steps were asked for, this scheduler takes 1 to ${most}`,
    help: `Choose between 1 and ${most} steps.`,
  });
}

/** `a * x + b * y`, element by element, rounded to float32 once. */
export function mix(a: number, x: Float32Array, b: number, y: Float32Array): Float32Array {
  const result = new Float32Array(x.length);
  for (let index = 0; index < result.length; index++) result[index] = a * x[index]! + b * y[index]!;
  return result;
}
