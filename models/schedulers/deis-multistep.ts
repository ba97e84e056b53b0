/** @file DEIS 2M: looks back at the previous noise, exactly in the logarithm of the noise level. @see Zhang and Chen 2022, log-rho DEIS */
import { planMultistep } from './multistep-plan.ts';
import { checkStep, mix, type Sampler, type SchedulerDefinition } from './scheduler.ts';
import { resolveOptions, type SchedulerConfig } from './scheduler-config.ts';

function create(config: SchedulerConfig, steps: number): Sampler {
  const options = resolveOptions(config);
  // diffusers gives this class none of these options: it ends at the smallest noise level of training.
  const plan = planMultistep({ ...options, lambdaMinClipped: -Infinity, rescaleBetasZeroSnr: false, finalSigmasType: 'sigma_min' }, steps);
  const { pictureScale, noiseScale } = plan;
  const { noiseLevels } = plan.sampler;
  /** The noise seen one step ago; a run that begins anew or in the middle does not find it. */
  let previous: { step: number; noise: Float32Array } | undefined;

  const sampler: Sampler = {
    ...plan.sampler,
    step(modelOutput, step, sample) {
      checkStep(sampler, modelOutput, step, sample, undefined);
      const original = sampler.predictOriginal(modelOutput, step, sample);
      const noise = mix(1 / noiseScale(step), sample, -pictureScale(step) / noiseScale(step), original);
      const last = previous?.step === step - 1 ? previous : undefined;
      previous = { step, noise };
      const [from, to] = [noiseLevels[step]!, noiseLevels[step + 1]!];
      const scale = pictureScale(step + 1);
      const isFinal = step === steps - 1 && options.lowerOrderFinal && steps < 15;
      if (last === undefined || options.solverOrder === 1 || isFinal) {
        return mix(scale / pictureScale(step), sample, scale * (to - from), noise);
      }
      const before = noiseLevels[step - 1]!;
      const newer = integral(to, from, before) - integral(from, from, before);
      const older = integral(to, before, from) - integral(from, before, from);
      return mix(1, mix(scale / pictureScale(step), sample, scale * newer, noise), scale * older, last.noise);
    },
  };
  return sampler;
}

/** The integral up to `level` of the line, in log level, that is 1 at `one` and 0 at `zero`. */
function integral(level: number, one: number, zero: number): number {
  return (level * (Math.log(level) - Math.log(zero) - 1)) / (Math.log(one) - Math.log(zero));
}

export const deisMultistep: SchedulerDefinition = {
  label: 'DEIS',
  advice: 'The one for SDXS, with a single step; elsewhere much like DPM++ 2M.',
  recommendedSteps: 20,
  diffusersClass: 'DEISMultistepScheduler',
  callsPerStep: 1,
  create,
};
