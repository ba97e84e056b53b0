/** @file How much picture is left at each training timestep, and what the model is asked to predict there. */
import { mix } from './scheduler.ts';
import type { PredictionType, SchedulerOptions } from './scheduler-config.ts';

export interface NoiseSchedule {
  /** The share of picture variance left at each timestep, "abar", float32 [trainSteps], falling from near 1 to near 0. */
  readonly alphasCumprod: Float32Array;
  readonly predictionType: PredictionType;
}

/** The options that decide a noise schedule. */
export type NoiseOptions = Pick<SchedulerOptions, 'trainSteps' | 'betaStart' | 'betaEnd' | 'betaSchedule' | 'predictionType' | 'rescaleBetasZeroSnr'>;

/** The noise schedule that a model was trained with, in float32 like PyTorch's. */
export function noiseSchedule(options: NoiseOptions): NoiseSchedule {
  const betas = makeBetas(options);
  const plain = cumulativeProduct(betas.map((beta) => 1 - beta));
  return { alphasCumprod: options.rescaleBetasZeroSnr ? rescaleToZeroSnr(plain) : plain, predictionType: options.predictionType };
}

function makeBetas({ betaSchedule, betaStart, betaEnd, trainSteps }: NoiseOptions): Float32Array {
  switch (betaSchedule) {
    case 'linear':
      return linspace32(betaStart, betaEnd, trainSteps);
    case 'scaled_linear':
      return linspace32(Math.sqrt(betaStart), Math.sqrt(betaEnd), trainSteps).map((root) => root * root);
    case 'squaredcos_cap_v2': {
      const pictureLeft = (time: number): number => Math.cos((((time + 0.008) / 1.008) * Math.PI) / 2) ** 2;
      const beta = (index: number): number => 1 - pictureLeft((index + 1) / trainSteps) / pictureLeft(index / trainSteps);
      return Float32Array.from({ length: trainSteps }, (_, index) => Math.min(beta(index), 0.999));
    }
  }
}

/** `torch.linspace` in float32: counted from both ends towards the middle. */
function linspace32(first: number, last: number, count: number): Float32Array {
  const stride = Math.fround((Math.fround(last) - Math.fround(first)) / (count - 1));
  return Float32Array.from({ length: count }, (_, index) =>
    index < count / 2 ? Math.fround(first) + stride * index : Math.fround(last) - stride * (count - 1 - index),
  );
}

/** Running product, carried in float64 and stored in float32 as PyTorch's CPU kernel does. */
function cumulativeProduct(factors: Float32Array): Float32Array {
  let product = 1;
  return factors.map((factor) => (product *= factor));
}

/** Shifts and scales so that the last timestep is pure noise. @see Lin et al. 2023, algorithm 1 */
function rescaleToZeroSnr(alphasCumprod: Float32Array): Float32Array {
  const roots = alphasCumprod.map(Math.sqrt);
  const first = roots[0]!;
  const last = roots.at(-1)!;
  return roots.map((root) => ((root - last) * (first / (first - last))) ** 2);
}

/** The same schedule with a last share of 2^-24 instead of 0, because schedulers that divide by it need a finite noise level. */
export function withFiniteEnd(schedule: NoiseSchedule): NoiseSchedule {
  const alphasCumprod = schedule.alphasCumprod.slice();
  if (alphasCumprod.at(-1)! < 2 ** -24) alphasCumprod[alphasCumprod.length - 1] = 2 ** -24;
  return { ...schedule, alphasCumprod };
}

/** sqrt((1 - abar) / abar) for every training timestep: noise per unit of picture. */
export function trainingNoiseLevels(schedule: NoiseSchedule): Float32Array {
  return schedule.alphasCumprod.map((left) => Math.sqrt((1 - left) / left));
}

/**
 * The noisy sample a model is trained on: sqrt(abar) x0 + sqrt(1 - abar) noise.
 *
 * @param timestep a whole number, 0..trainSteps-1
 */
export function addNoise(schedule: NoiseSchedule, original: Float32Array, noise: Float32Array, timestep: number): Float32Array {
  const left = schedule.alphasCumprod[timestep]!;
  return mix(Math.sqrt(left), original, Math.sqrt(1 - left), noise);
}

/** What the model should answer for that noisy sample: the noise, the velocity or the picture. The caller owns a fresh array. */
export function trainingTarget(schedule: NoiseSchedule, original: Float32Array, noise: Float32Array, timestep: number): Float32Array {
  switch (schedule.predictionType) {
    case 'epsilon':
      return noise.slice();
    case 'sample':
      return original.slice();
    case 'v_prediction': {
      const left = schedule.alphasCumprod[timestep]!;
      return mix(Math.sqrt(left), noise, -Math.sqrt(1 - left), original);
    }
  }
}

/**
 * The clean picture in a model's answer.
 *
 * @param pictureScale sqrt(abar) of the sample
 * @param noiseScale   sqrt(1 - abar) of the sample
 */
export function originalFromPrediction(
  predictionType: PredictionType,
  modelOutput: Float32Array,
  sample: Float32Array,
  pictureScale: number,
  noiseScale: number,
): Float32Array {
  switch (predictionType) {
    case 'epsilon':
      return mix(1 / pictureScale, sample, -noiseScale / pictureScale, modelOutput);
    case 'sample':
      return modelOutput.slice();
    case 'v_prediction':
      return mix(pictureScale, sample, -noiseScale, modelOutput);
  }
}
