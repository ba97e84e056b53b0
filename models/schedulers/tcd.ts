/** @file Trajectory consistency sampling: jump close to the next step, add the noise that is missing there. @see Zheng et al. 2024, algorithm 4 */
import { addNoise, noiseSchedule, originalFromPrediction } from './noise-schedule.ts';
import { checkStep, checkStepCount, mix, type Sampler, type SchedulerDefinition } from './scheduler.ts';
import { resolveOptions, type SchedulerConfig } from './scheduler-config.ts';
import { distilledTimesteps } from './timesteps.ts';

function create(config: SchedulerConfig, steps: number): Sampler {
  const options = resolveOptions(config, { betaStart: 0.00085, betaEnd: 0.012, betaSchedule: 'scaled_linear', eta: 0.3 });
  checkStepCount(steps, options.originalInferenceSteps);
  const schedule = noiseSchedule(options);
  const { alphasCumprod } = schedule;
  const timesteps = distilledTimesteps(options, steps);
  const last = steps - 1;
  const leftBefore = (step: number): number => alphasCumprod[step <= last ? timesteps[step]! : 0]!;
  /** Share of picture where the jump lands: `eta`, "gamma" in the paper, is how far past the next timestep. */
  const leftAfterJump = (step: number): number => alphasCumprod[step < last ? Math.floor((1 - options.eta) * timesteps[step + 1]!) : 0]!;

  const sampler: Sampler = {
    timesteps,
    noiseLevels: Float32Array.from({ length: steps + 1 }, (_, step) => Math.sqrt((1 - leftBefore(step)) / leftBefore(step))),
    initialNoiseScale: 1,
    scaleModelInput: (sample) => sample,
    needsNoise: (step) => options.eta > 0 && step < last,
    predictOriginal: (modelOutput, step, sample) =>
      originalFromPrediction(options.predictionType, modelOutput, sample, Math.sqrt(leftBefore(step)), Math.sqrt(1 - leftBefore(step))),
    step(modelOutput, step, sample, noise) {
      checkStep(sampler, modelOutput, step, sample, noise);
      const [left, landed] = [leftBefore(step), leftAfterJump(step)];
      const original = sampler.predictOriginal(modelOutput, step, sample);
      const predictedNoise = options.predictionType === 'epsilon' ? modelOutput : mix(1 / Math.sqrt(1 - left), sample, -Math.sqrt(left / (1 - left)), original);
      const jumped = mix(Math.sqrt(landed), original, Math.sqrt(1 - landed), predictedNoise);
      if (!sampler.needsNoise(step)) return jumped;
      const kept = leftBefore(step + 1) / landed;
      return mix(Math.sqrt(kept), jumped, Math.sqrt(1 - kept), noise!);
    },
    addNoise: (original, noise, step) => addNoise(schedule, original, noise, timesteps[step]!),
  };
  return sampler;
}

export const tcd: SchedulerDefinition = {
  label: 'TCD',
  advice: 'For TCD and Hyper-SD LoRAs: 1 to 8 steps, with guidance 1.',
  recommendedSteps: 4,
  diffusersClass: 'TCDScheduler',
  callsPerStep: 1,
  create,
};
