/** @file What is compared with diffusers, transformers and peft at full size, cheapest first, and what counts as equal. */

export const checkNames = ['text', 'unet', 'gradients', 'sample', 'encode', 'decode'] as const;
export type CheckName = (typeof checkNames)[number];

interface Check {
  /** Heading of its column. */
  readonly title: string;
  /** Side of the picture in pixels, unless asked otherwise; 0 where there is no picture. */
  readonly sizePx: number;
}

/** Sampling and gradients at 256 px: the arithmetic is that of 512 px at a seventh of the time, and one step is compared at 512 px anyway. */
export const checks: Readonly<Record<CheckName, Check>> = {
  text: { title: 'text encoder', sizePx: 0 },
  unet: { title: 'UNet step', sizePx: 512 },
  gradients: { title: 'LoRA gradients', sizePx: 256 },
  sample: { title: 'four steps', sizePx: 256 },
  encode: { title: 'VAE encode', sizePx: 512 },
  decode: { title: 'VAE decode', sizePx: 512 },
};

/** Largest error in float32, absolute and beside the size of the expected numbers, which may be small; and least likeness of pictures. */
export const limits = { maxError: 1e-3, pictureDecibels: 45 } as const;

/** How far two results are apart. */
export interface Difference {
  readonly maxError: number;
  /** Root mean square of the expected numbers: what the error is to be seen against. */
  readonly scale: number;
  /** Of pictures, 0 black to 1 white. */
  readonly decibels?: number;
}

/** What one side took. */
export interface Effort {
  readonly seconds: number;
  readonly peakBytes: number;
}

/** What our side answers; the files of both lie in the cache. */
export type Measurement = Difference & Effort;

/** One cell of the table, kept so that a run can go on where it stopped. */
export interface CheckResult extends Measurement {
  readonly model: string;
  readonly precision: Precision;
  readonly check: CheckName;
  readonly sizePx: number;
  readonly referenceSeconds: number;
  readonly versions: string;
  /** Day of the measurement, such as 2026-11-22. */
  readonly date: string;
}

export const precisions = ['float32', 'float16'] as const;
export type Precision = (typeof precisions)[number];

/** True if the result is as equal as we promise. */
export function isWithinLimits({ maxError, scale, decibels }: Difference): boolean {
  return decibels === undefined ? maxError < limits.maxError * Math.min(1, scale) : decibels > limits.pictureDecibels;
}
