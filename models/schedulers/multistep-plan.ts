/** @file What the multistep samplers share: noise levels, timesteps, and samples of unit variance. */
import { noiseSchedule, originalFromPrediction, trainingNoiseLevels, withFiniteEnd } from './noise-schedule.ts';
import { checkStepCount, mix, type Sampler } from './scheduler.ts';
import type { SchedulerOptions } from './scheduler-config.ts';
import { interpolate, karrasNoiseLevels, timestepOfNoiseLevel } from './sigmas.ts';
import { linspace, roundHalfToEven, spacedTimesteps } from './timesteps.ts';

/** A sampler without its `step`, and the three quantities that its formulas are written in. */
export interface MultistepPlan {
  readonly sampler: Omit<Sampler, 'step'>;
  /** sqrt(abar) before `step`, "alpha": how much of the sample is picture. */
  pictureScale(step: number): number;
  /** sqrt(1 - abar) before `step`, "sigma": how much of it is noise. */
  noiseScale(step: number): number;
  /** Minus the log of the noise level: half the log of the signal-to-noise ratio, the time in which the equation is linear. */
  lambda(step: number): number;
}

/**
 * Plans a run. One step more is spaced than taken, and the last left out; Karras levels span all of training.
 *
 * @param toWhole how timesteps of Karras levels become whole numbers
 * @throws {AppError} `job-invalid` for an impossible number of steps
 */
export function planMultistep(options: SchedulerOptions, steps: number, toWhole: (timestep: number) => number = roundHalfToEven): MultistepPlan {
  checkStepCount(steps, options.trainSteps - 1);
  const schedule = noiseSchedule(options);
  const table = trainingNoiseLevels(options.rescaleBetasZeroSnr ? withFiniteEnd(schedule) : schedule);
  const karras = options.useKarrasSigmas ? karrasNoiseLevels(table.at(-1)!, table[0]!, steps) : null;
  const timesteps = Float32Array.from(karras?.map((level) => toWhole(timestepOfNoiseLevel(table, level))) ?? spaceTimesteps(options, table, steps));
  const levels = karras ?? Array.from(timesteps, (timestep) => interpolate(table, timestep));
  const noiseLevels = Float32Array.from([...levels, options.finalSigmasType === 'zero' ? 0 : table[0]!]);
  const pictureScale = (step: number): number => 1 / Math.sqrt(noiseLevels[step]! ** 2 + 1);
  const noiseScale = (step: number): number => noiseLevels[step]! * pictureScale(step);
  return {
    pictureScale,
    noiseScale,
    lambda: (step) => -Math.log(noiseLevels[step]!),
    sampler: {
      timesteps,
      noiseLevels,
      initialNoiseScale: 1,
      scaleModelInput: (sample) => sample,
      needsNoise: () => false,
      predictOriginal: (modelOutput, step, sample) => originalFromPrediction(options.predictionType, modelOutput, sample, pictureScale(step), noiseScale(step)),
      addNoise: (original, noise, step) => mix(pictureScale(step), original, noiseScale(step), noise),
    },
  };
}

function spaceTimesteps(options: SchedulerOptions, table: Float32Array, steps: number): number[] {
  // Timesteps with too little signal for stable steps are never visited (lambda_min_clipped, for cosine schedules).
  const usable = table.filter((level) => -Math.log(level) >= options.lambdaMinClipped).length;
  switch (options.timestepSpacing) {
    case 'linspace':
      return linspace(0, usable - 1, steps + 1)
        .reverse()
        .slice(0, -1)
        .map(roundHalfToEven);
    case 'leading':
      return spacedTimesteps({ ...options, trainSteps: usable }, steps + 1).slice(0, -1);
    case 'trailing':
      return Array.from({ length: steps }, (_, index) => roundHalfToEven(usable - index * (options.trainSteps / steps)) - 1);
  }
}
