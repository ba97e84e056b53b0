/** @file How photos become batches: which picture, which noise and which noise level belong to sample number k. */
import { AppError } from '../errors/app-error.ts';
import type { NoiseSchedule } from '../schedulers/noise-schedule.ts';
import { addNoise, trainingTarget } from '../schedulers/noise-schedule.ts';
import { TorchRandom } from '../tensor/random.ts';
import { elementCount, type Shape } from '../tensor/shape.ts';
import type { NoiseLevelPlan } from './recipe.ts';

/** One crop of one photo, encoded once before training. */
export interface TrainingView {
  /** Scaled latent, float32 [channels * height * width]. */
  readonly latent: Float32Array;
  /** Weight of the squared error, float32 [height * width], mean 1. */
  readonly lossWeight: Float32Array;
  readonly caption: string;
}

export interface TrainingExample {
  /** At least one; several crops of a photo take turns. */
  readonly views: readonly TrainingView[];
}

export interface TrainingSet {
  /** [channels, height, width] of every latent. */
  readonly latentShape: Shape;
  readonly examples: readonly TrainingExample[];
  /** Caption -> text encoder output, float32 [length * width]; holds '' too, for samples without a caption. */
  readonly embeddings: ReadonlyMap<string, Float32Array>;
}

/** Everything one run of the training graph needs for one sample. */
export interface TrainingSample {
  readonly noisy: Float32Array;
  readonly target: Float32Array;
  readonly timestep: number;
  readonly embedding: Float32Array;
  readonly lossWeight: Float32Array;
}

/** What decides which samples are drawn. */
export interface SamplePlan {
  readonly seed: number;
  /** Share of samples that are drawn without their caption, which keeps guidance working. */
  readonly captionDropout: number;
  /** Every level evenly, where none is given. */
  readonly noiseLevels?: NoiseLevelPlan;
}

/** The golden ratio's fractional part: its multiples fill [0, 1) evenly from the first sample on. */
const goldenStep = 0.6180339887498949;

/**
 * Draws sample number `index`. Every random choice is derived from (seed, index) alone, so a run that was interrupted
 * goes on with exactly the samples it would have seen, and a checkpoint needs no generator state.
 */
export function drawSample(
  set: TrainingSet,
  schedule: NoiseSchedule,
  index: number,
  { seed, captionDropout, noiseLevels = allLevels }: SamplePlan,
): TrainingSample {
  const count = set.examples.length;
  if (count === 0) throw new AppError('photos-too-few', { message: 'the training set is empty', help: 'Add photos.' });
  const order = new TorchRandom(mixSeed(seed, 0x10000 + Math.floor(index / count))).permutation(count);
  const example = set.examples[order[index % count]!]!;
  const random = new TorchRandom(mixSeed(seed, index));
  const view = example.views[random.integer(example.views.length)]!;
  const timestep = Math.floor(noiseLevel(noiseLevels, seed, index) * schedule.alphasCumprod.length);
  const caption = random.uniform(1)[0]! < captionDropout ? '' : view.caption;
  const embedding = set.embeddings.get(caption);
  if (embedding === undefined) throw new AppError('internal', { message: 'a caption was not encoded before training' });
  const noise = random.normal(elementCount(set.latentShape));
  return {
    noisy: addNoise(schedule, view.latent, noise, timestep),
    target: trainingTarget(schedule, view.latent, noise, timestep),
    timestep,
    embedding,
    lossWeight: view.lossWeight,
  };
}

const allLevels: NoiseLevelPlan = { spread: 'even', highest: 1 };

/** Noise level of sample number `index`, 0 up to `highest`, that one not included. */
function noiseLevel({ spread, highest }: NoiseLevelPlan, seed: number, index: number): number {
  // A stream of its own, so that either spread meets the same photos and the same noise.
  const share =
    spread === 'even' ? (new TorchRandom(seed).uniform(1)[0]! + index * goldenStep) % 1 : new TorchRandom(mixSeed(seed, 0x20000000 + index)).uniform(1)[0]!;
  return share * highest;
}

/** A 32-bit seed that differs unpredictably for neighbouring indices. @see MurmurHash3's finaliser */
function mixSeed(seed: number, index: number): number {
  let hash = (seed ^ Math.imul(index + 1, 0x9e3779b1)) | 0;
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}
