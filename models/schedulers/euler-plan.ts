/** @file What samplers of the Euler kind share: noise levels, timesteps and the ways between sample, model input and picture. */
import { noiseSchedule, originalFromPrediction, trainingNoiseLevels, withFiniteEnd } from './noise-schedule.ts';
import { checkStepCount, mix, type Sampler } from './scheduler.ts';
import type { PredictionType, SchedulerOptions } from './scheduler-config.ts';
import { interpolate, karrasNoiseLevels, timestepOfNoiseLevel } from './sigmas.ts';
import { spacedTimesteps } from './timesteps.ts';

/** A sampler without its `step`. */
export type EulerPlan = Omit<Sampler, 'step' | 'needsNoise'>;

/** How samples of the form picture + sigma * noise are read: they are divided down to unit variance for the model. */
type SigmaSamples = Pick<Sampler, 'scaleModelInput' | 'predictOriginal' | 'addNoise'>;

/** Plans noise levels and timesteps of a run. @throws {AppError} `job-invalid` for an impossible number of steps */
export function planEuler(options: SchedulerOptions, steps: number): EulerPlan {
  checkStepCount(steps, options.trainSteps);
  const schedule = noiseSchedule(options);
  const table = trainingNoiseLevels(options.rescaleBetasZeroSnr ? withFiniteEnd(schedule) : schedule);
  const { timesteps, levels } = spaceLevels(options, table, steps);
  const noiseLevels = Float32Array.from([...levels, options.finalSigmasType === 'zero' ? 0 : table[0]!]);
  const largest = Math.max(...noiseLevels);

  return {
    timesteps,
    noiseLevels,
    // With leading spacing the first level is below the noisiest one of training, so the picture's own variance counts too.
    initialNoiseScale: options.timestepSpacing === 'leading' ? Math.sqrt(largest ** 2 + 1) : largest,
    ...sigmaSamples(options.predictionType, noiseLevels),
  };
}

/** The ways between sample, model input and picture, where call `step` of the model is at `noiseLevels[step]`. */
export function sigmaSamples(predictionType: PredictionType, noiseLevels: Float32Array): SigmaSamples {
  return {
    scaleModelInput(sample, step) {
      const scale = Math.sqrt(noiseLevels[step]! ** 2 + 1);
      return sample.map((value) => value / scale);
    },
    predictOriginal(modelOutput, step, sample) {
      const sigma = noiseLevels[step]!;
      if (predictionType === 'epsilon') return mix(1, sample, -sigma, modelOutput);
      const scale = Math.sqrt(sigma ** 2 + 1);
      const scaled = sample.map((value) => value / scale);
      return originalFromPrediction(predictionType, modelOutput, scaled, 1 / scale, sigma / scale);
    },
    addNoise: (original, noise, step) => mix(1, original, noiseLevels[step]!, noise),
  };
}

function spaceLevels(options: SchedulerOptions, table: Float32Array, steps: number): { timesteps: Float32Array; levels: number[] } {
  const timesteps = Float32Array.from(spacedTimesteps(options, steps));
  const levels = [...timesteps].map((timestep) => interpolate(table, timestep));
  if (!options.useKarrasSigmas) return { timesteps, levels };
  const karras = karrasNoiseLevels(levels[0]!, levels.at(-1)!, steps);
  return { timesteps: Float32Array.from(karras, (level) => timestepOfNoiseLevel(table, level)), levels: karras };
}
