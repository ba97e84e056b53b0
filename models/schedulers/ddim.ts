/** @file DDIM: the plain, steady sampler; adds fresh noise only where `eta` asks for it. @see Song et al. 2020, equations 12 and 16 */
import { addNoise, noiseSchedule, originalFromPrediction } from './noise-schedule.ts';
import { checkStep, checkStepCount, mix, type Sampler, type SchedulerDefinition } from './scheduler.ts';
import { resolveOptions, type SchedulerConfig } from './scheduler-config.ts';
import { roundHalfToEven, spacedTimesteps } from './timesteps.ts';

function create(config: SchedulerConfig, steps: number): Sampler {
  const options = resolveOptions(config, { timestepSpacing: 'leading', clipSample: true });
  checkStepCount(steps, options.trainSteps);
  const schedule = noiseSchedule(options);
  const { alphasCumprod, predictionType } = schedule;
  const timesteps = Float32Array.from(spacedTimesteps(options, steps), roundHalfToEven);
  const stride = Math.floor(options.trainSteps / steps);

  const leftAfter = (step: number): number => {
    const next = timesteps[step]! - stride;
    if (next >= 0) return alphasCumprod[next]!;
    return options.setAlphaToOne ? 1 : alphasCumprod[0]!;
  };
  const level = (left: number): number => Math.sqrt((1 - left) / left);
  const leftBefore = [...timesteps].map((timestep) => alphasCumprod[timestep]!);

  const sampler: Sampler = {
    timesteps,
    noiseLevels: Float32Array.from([...leftBefore, leftAfter(steps - 1)], level),
    initialNoiseScale: 1,
    scaleModelInput: (sample) => sample,
    needsNoise: () => options.eta > 0,
    predictOriginal(modelOutput, step, sample) {
      const left = leftBefore[step]!;
      const original = originalFromPrediction(predictionType, modelOutput, sample, Math.sqrt(left), Math.sqrt(1 - left));
      const range = options.clipSampleRange;
      return options.clipSample ? original.map((value) => Math.min(Math.max(value, -range), range)) : original;
    },
    step(modelOutput, step, sample, noise) {
      checkStep(sampler, modelOutput, step, sample, noise);
      const left = leftBefore[step]!;
      const next = leftAfter(step);
      const original = sampler.predictOriginal(modelOutput, step, sample);
      const fresh = options.eta * Math.sqrt(((1 - next) / (1 - left)) * (1 - left / next));
      const moved = mix(Math.sqrt(next), original, Math.sqrt(1 - next - fresh ** 2), predictedNoise(modelOutput, sample, left));
      return noise === undefined || fresh === 0 ? moved : mix(1, moved, fresh, noise);
    },
    addNoise: (original, noise, step) => addNoise(schedule, original, noise, timesteps[step]!),
  };

  // The noise is that of the answer itself, even where the picture was clipped afterwards.
  function predictedNoise(modelOutput: Float32Array, sample: Float32Array, left: number): Float32Array {
    switch (predictionType) {
      case 'epsilon':
        return modelOutput;
      case 'sample':
        return mix(1 / Math.sqrt(1 - left), sample, -Math.sqrt(left / (1 - left)), modelOutput);
      case 'v_prediction':
        return mix(Math.sqrt(left), modelOutput, Math.sqrt(1 - left), sample);
    }
  }
  return sampler;
}

export const ddim: SchedulerDefinition = {
  label: 'DDIM',
  advice: 'Steady and forgiving: the first to try when a likeness looks overdone.',
  recommendedSteps: 30,
  diffusersClass: 'DDIMScheduler',
  callsPerStep: 1,
  create,
};
