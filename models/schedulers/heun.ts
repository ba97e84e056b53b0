/** @file Heun's method: an Euler step, looked at from its end and taken again with the mean slope. @see Karras et al. 2022, algorithm 1 */
import { planEuler, sigmaSamples } from './euler-plan.ts';
import { checkStep, mix, type Sampler, type SchedulerDefinition } from './scheduler.ts';
import { resolveOptions, type SchedulerConfig } from './scheduler-config.ts';
import { beginsStep, callsOf, openStep, type OpenStep } from './second-order-calls.ts';

function create(config: SchedulerConfig, steps: number): Sampler {
  // diffusers gives this class no other end than zero and no zero-SNR rescaling.
  const own = { betaStart: 0.00085, betaEnd: 0.012 } as const;
  const options = { ...resolveOptions(config, own), finalSigmasType: 'zero', rescaleBetasZeroSnr: false } as const;
  const plan = planEuler(options, steps);
  const levelOf = (call: number): number => Math.ceil(call / 2);
  const calls = Array.from({ length: callsOf(steps) }, (_, call) => levelOf(call));
  const noiseLevels = Float32Array.from([...calls.map((level) => plan.noiseLevels[level]!), 0]);
  const samples = sigmaSamples(options.predictionType, noiseLevels);
  let open: (OpenStep & { readonly slope: Float32Array }) | undefined;

  const sampler: Sampler = {
    timesteps: Float32Array.from(calls, (level) => plan.timesteps[level]!),
    noiseLevels,
    initialNoiseScale: plan.initialNoiseScale,
    ...samples,
    needsNoise: () => false,
    predictOriginal(modelOutput, call, sample) {
      const original = samples.predictOriginal(modelOutput, call, sample);
      const range = options.clipSampleRange;
      return options.clipSample ? original.map((value) => Math.min(Math.max(value, -range), range)) : original;
    },
    step(modelOutput, call, sample) {
      checkStep(sampler, modelOutput, call, sample, undefined);
      const level = noiseLevels[call]!;
      const slope = mix(1 / level, sample, -1 / level, sampler.predictOriginal(modelOutput, call, sample));
      if (beginsStep(call)) {
        open = { call, sample, slope };
        return mix(1, sample, noiseLevels[call + 1]! - level, slope);
      }
      const begun = openStep(open, call);
      const half = (level - noiseLevels[begun.call]!) / 2;
      return mix(1, mix(1, begun.sample, half, begun.slope), half, slope);
    },
  };
  return sampler;
}

export const heun: SchedulerDefinition = {
  label: 'Heun',
  advice: 'Careful and exact, at twice the time for each step: half the steps do.',
  recommendedSteps: 15,
  diffusersClass: 'HeunDiscreteScheduler',
  callsPerStep: 2,
  create,
};
