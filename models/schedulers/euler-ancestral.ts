/** @file Euler steps that go too far down and put fresh noise back. @see k-diffusion, sample_euler_ancestral */
import { planEuler } from './euler-plan.ts';
import { checkStep, mix, type Sampler, type SchedulerDefinition } from './scheduler.ts';
import { resolveOptions, type SchedulerConfig } from './scheduler-config.ts';

function create(config: SchedulerConfig, steps: number): Sampler {
  // diffusers gives this class neither option, so a configuration that states them for another class changes nothing here.
  const plan = planEuler({ ...resolveOptions(config), useKarrasSigmas: false, finalSigmasType: 'zero' }, steps);
  const sampler: Sampler = {
    ...plan,
    needsNoise: () => true, // also at the last step, where none is added: PyTorch's stream must move on as in diffusers
    step(modelOutput, step, sample, noise) {
      checkStep(sampler, modelOutput, step, sample, noise);
      const from = plan.noiseLevels[step]!;
      const to = plan.noiseLevels[step + 1]!;
      const added = Math.sqrt((to ** 2 * (from ** 2 - to ** 2)) / from ** 2);
      const kept = Math.sqrt(to ** 2 - added ** 2) / from;
      const original = plan.predictOriginal(modelOutput, step, sample);
      return mix(1, mix(kept, sample, 1 - kept, original), added, noise!);
    },
  };
  return sampler;
}

export const eulerAncestral: SchedulerDefinition = {
  label: 'Euler ancestral',
  advice: 'Softer and more varied: each seed strays further, so make more and keep the best.',
  recommendedSteps: 28,
  diffusersClass: 'EulerAncestralDiscreteScheduler',
  callsPerStep: 1,
  create,
};
