/** @file DPM-Solver++ 2M: looks back at the previous picture to take straighter steps. @see Lu et al. 2022, algorithm 2 */
import { noiseSchedule, originalFromPrediction, trainingNoiseLevels, withFiniteEnd } from './noise-schedule.ts';
import { checkStep, checkStepCount, mix, type Sampler, type SchedulerDefinition } from './scheduler.ts';
import { resolveOptions, type SchedulerConfig, type SchedulerOptions } from './scheduler-config.ts';
import { interpolate, karrasNoiseLevels, timestepOfNoiseLevel } from './sigmas.ts';
import { linspace, roundHalfToEven, spacedTimesteps } from './timesteps.ts';

function create(config: SchedulerConfig, steps: number): Sampler {
  const options = resolveOptions(config);
  checkStepCount(steps, options.trainSteps - 1);
  const schedule = noiseSchedule(options);
  const table = trainingNoiseLevels(options.rescaleBetasZeroSnr ? withFiniteEnd(schedule) : schedule);
  const { timesteps, levels } = spaceLevels(options, table, steps);
  const noiseLevels = Float32Array.from([...levels, options.finalSigmasType === 'zero' ? 0 : table[0]!]);

  const pictureScale = (step: number): number => 1 / Math.sqrt(noiseLevels[step]! ** 2 + 1);
  const noiseScale = (step: number): number => noiseLevels[step]! * pictureScale(step);
  /** Minus the log of the noise level: half the log of the signal-to-noise ratio, the time in which the equation is linear. */
  const lambda = (step: number): number => -Math.log(noiseLevels[step]!);
  const isFirstOrder = (step: number): boolean =>
    options.solverOrder === 1 ||
    previous?.step !== step - 1 ||
    (step === steps - 1 &&
      (options.eulerAtFinal || (options.lowerOrderFinal && steps < 15) || options.finalSigmasType === 'zero'));

  /** The picture seen one step ago; a run that begins anew or in the middle simply does not find it. */
  let previous: { step: number; original: Float32Array } | undefined;

  const sampler: Sampler = {
    timesteps,
    noiseLevels,
    initialNoiseScale: 1,
    scaleModelInput: (sample) => sample,
    needsNoise: () => false,
    predictOriginal: (modelOutput, step, sample) =>
      originalFromPrediction(options.predictionType, modelOutput, sample, pictureScale(step), noiseScale(step)),
    step(modelOutput, step, sample) {
      checkStep(sampler, modelOutput, step, sample, undefined);
      const original = sampler.predictOriginal(modelOutput, step, sample);
      let heading = original;
      if (!isFirstOrder(step)) {
        const stride = lambda(step + 1) - lambda(step);
        const lookAhead = stride / (2 * (lambda(step) - lambda(step - 1)));
        heading = mix(1 + lookAhead, original, -lookAhead, previous!.original);
      }
      previous = { step, original };
      const shrink = noiseLevels[step + 1]! / noiseLevels[step]!; // exp(-h); 0 at the last step, where h is infinite
      return mix(noiseScale(step + 1) / noiseScale(step), sample, pictureScale(step + 1) * (1 - shrink), heading);
    },
    addNoise: (original, noise, step) => mix(pictureScale(step), original, noiseScale(step), noise),
  };
  return sampler;
}

/** One step more is spaced than taken, and the last left out; Karras levels span all of training and timesteps are rounded. */
function spaceLevels(options: SchedulerOptions, table: Float32Array, steps: number): { timesteps: Float32Array; levels: number[] } {
  if (options.useKarrasSigmas) {
    const levels = karrasNoiseLevels(table.at(-1)!, table[0]!, steps);
    const toWhole = options.betaSchedule === 'squaredcos_cap_v2' ? Math.trunc : roundHalfToEven;
    return { timesteps: Float32Array.from(levels, (level) => toWhole(timestepOfNoiseLevel(table, level))), levels };
  }
  const timesteps = spaceTimesteps(options, table, steps);
  return { timesteps: Float32Array.from(timesteps), levels: timesteps.map((timestep) => interpolate(table, timestep)) };
}

function spaceTimesteps(options: SchedulerOptions, table: Float32Array, steps: number): number[] {
  // Timesteps with too little signal for stable steps are never visited (lambda_min_clipped, for cosine schedules).
  const usable = table.filter((level) => -Math.log(level) >= options.lambdaMinClipped).length;
  switch (options.timestepSpacing) {
    case 'linspace':
      return linspace(0, usable - 1, steps + 1).reverse().slice(0, -1).map(roundHalfToEven);
    case 'leading':
      return spacedTimesteps({ ...options, trainSteps: usable }, steps + 1).slice(0, -1);
    case 'trailing':
      return Array.from({ length: steps }, (_, index) => roundHalfToEven(usable - index * (options.trainSteps / steps)) - 1);
  }
}

export const dpmSolverMultistep: SchedulerDefinition = {
  label: 'DPM++ 2M',
  advice: 'The best picture for the time: 20 to 25 steps are enough.',
  recommendedSteps: 25,
  diffusersClass: 'DPMSolverMultistepScheduler',
  create,
};
