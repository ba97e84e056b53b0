/** @file Euler's method along the noise levels. @see Karras et al. 2022, algorithm 2 with no churn */
import { planEuler } from './euler-plan.ts';
import { checkStep, mix, type Sampler, type SchedulerDefinition } from './scheduler.ts';
import { resolveOptions, type SchedulerConfig } from './scheduler-config.ts';

function create(config: SchedulerConfig, steps: number): Sampler {
  const plan = planEuler(resolveOptions(config), steps);
  const sampler: Sampler = {
    ...plan,
    needsNoise: () => false,
    step(modelOutput, step, sample) {
      checkStep(sampler, modelOutput, step, sample, undefined);
      const original = plan.predictOriginal(modelOutput, step, sample);
      const noiseLeft = plan.noiseLevels[step + 1]! / plan.noiseLevels[step]!;
      return mix(noiseLeft, sample, 1 - noiseLeft, original); // the straight line from sample to picture
    },
  };
  return sampler;
}

export const euler: SchedulerDefinition = {
  label: 'Euler',
  advice: 'Simple and sharp; the one for Turbo models, with 1 to 4 steps.',
  recommendedSteps: 25,
  diffusersClass: 'EulerDiscreteScheduler',
  callsPerStep: 1,
  create,
};
