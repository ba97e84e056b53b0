/** @file DPM-Solver++ 2M: looks back at the previous picture to take straighter steps. @see Lu et al. 2022, algorithm 2 */
import { planMultistep } from './multistep-plan.ts';
import { checkStep, mix, type Sampler, type SchedulerDefinition } from './scheduler.ts';
import { resolveOptions, type SchedulerConfig } from './scheduler-config.ts';
import { roundHalfToEven } from './timesteps.ts';

function create(config: SchedulerConfig, steps: number): Sampler {
  const options = resolveOptions(config);
  const plan = planMultistep(options, steps, options.betaSchedule === 'squaredcos_cap_v2' ? Math.trunc : roundHalfToEven);
  const { pictureScale, noiseScale, lambda } = plan;
  const { noiseLevels } = plan.sampler;
  const isFirstOrder = (step: number): boolean =>
    options.solverOrder === 1 ||
    previous?.step !== step - 1 ||
    (step === steps - 1 && (options.eulerAtFinal || (options.lowerOrderFinal && steps < 15) || options.finalSigmasType === 'zero'));

  /** The picture seen one step ago; a run that begins anew or in the middle simply does not find it. */
  let previous: { step: number; original: Float32Array } | undefined;

  const sampler: Sampler = {
    ...plan.sampler,
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
  };
  return sampler;
}

export const dpmSolverMultistep: SchedulerDefinition = {
  label: 'DPM++ 2M',
  advice: 'The best picture for the time: 20 to 25 steps are enough.',
  recommendedSteps: 25,
  diffusersClass: 'DPMSolverMultistepScheduler',
  callsPerStep: 1,
  create,
};
