/** @file Latent consistency sampling: jump to the picture, add noise, jump again. @see Luo et al. 2023, algorithm 3 */
import { addNoise, noiseSchedule, originalFromPrediction } from './noise-schedule.ts';
import { checkStep, checkStepCount, mix, type Sampler, type SchedulerDefinition } from './scheduler.ts';
import { resolveOptions, type SchedulerConfig } from './scheduler-config.ts';
import { distilledTimesteps } from './timesteps.ts';

/** The standard deviation of pictures that the boundary conditions assume. */
const dataDeviation = 0.5;

function create(config: SchedulerConfig, steps: number): Sampler {
  const options = resolveOptions(config, { betaStart: 0.00085, betaEnd: 0.012, betaSchedule: 'scaled_linear' });
  checkStepCount(steps, options.originalInferenceSteps);
  const schedule = noiseSchedule(options);
  const { alphasCumprod } = schedule;
  const timesteps = distilledTimesteps(options, steps);
  const last = steps - 1;
  const levels = [...timesteps].map((timestep) => Math.sqrt((1 - alphasCumprod[timestep]!) / alphasCumprod[timestep]!));

  const sampler: Sampler = {
    timesteps,
    noiseLevels: Float32Array.from([...levels, 0]),
    initialNoiseScale: 1,
    scaleModelInput: (sample) => sample,
    needsNoise: (step) => step < last,
    predictOriginal(modelOutput, step, sample) {
      const left = alphasCumprod[timesteps[step]!]!;
      const original = originalFromPrediction(options.predictionType, modelOutput, sample, Math.sqrt(left), Math.sqrt(1 - left));
      const range = options.clipSampleRange;
      return options.clipSample ? original.map((value) => Math.min(Math.max(value, -range), range)) : original;
    },
    step(modelOutput, step, sample, noise) {
      checkStep(sampler, modelOutput, step, sample, noise);
      const time = timesteps[step]! * options.timestepScaling;
      const keepSample = dataDeviation ** 2 / (time ** 2 + dataDeviation ** 2);
      const keepOriginal = time / Math.sqrt(time ** 2 + dataDeviation ** 2);
      const denoised = mix(keepOriginal, sampler.predictOriginal(modelOutput, step, sample), keepSample, sample);
      return step < last ? addNoise(schedule, denoised, noise!, timesteps[step + 1]!) : denoised;
    },
    addNoise: (original, noise, step) => addNoise(schedule, original, noise, timesteps[step]!),
  };
  return sampler;
}

export const lcm: SchedulerDefinition = {
  label: 'LCM',
  advice: 'Previews in 4 to 8 steps, with an LCM model or LoRA and guidance between 1 and 2.',
  recommendedSteps: 6,
  diffusersClass: 'LCMScheduler',
  callsPerStep: 1,
  create,
};
