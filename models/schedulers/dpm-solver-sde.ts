/**
 * @file DPM-Solver++ SDE: looks at the middle of each step, and puts fresh noise back twice.
 *
 * diffusers draws this noise from torchsde's Brownian tree, seeded apart from the pipeline's generator (`noise_sampler_seed`, or
 * PyTorch's global generator), so the same seed does not give the same picture there either. Here the same random path is made of
 * the run's own generator, one draw for each half step: equal in distribution and repeatable, with other numbers than torchsde's.
 *
 * @see Lu et al. 2022, and k-diffusion, sample_dpmpp_sde
 */
import { planEuler, sigmaSamples } from './euler-plan.ts';
import { noiseSchedule, trainingNoiseLevels } from './noise-schedule.ts';
import { checkStep, mix, type Sampler, type SchedulerDefinition } from './scheduler.ts';
import { resolveOptions, type SchedulerConfig } from './scheduler-config.ts';
import { beginsStep, callsOf, openStep, type OpenStep } from './second-order-calls.ts';
import { timestepOfNoiseLevel } from './sigmas.ts';

function create(config: SchedulerConfig, steps: number): Sampler {
  // diffusers gives this class no other end than zero and no zero-SNR rescaling.
  const own = { betaStart: 0.00085, betaEnd: 0.012 } as const;
  const options = { ...resolveOptions(config, own), finalSigmasType: 'zero', rescaleBetasZeroSnr: false } as const;
  const plan = planEuler(options, steps);
  const table = trainingNoiseLevels(noiseSchedule(options));
  const middle = (step: number): number => Math.sqrt(plan.noiseLevels[step]! * plan.noiseLevels[step + 1]!); // half way in the logarithm
  const calls = Array.from({ length: callsOf(steps) }, (_, call) => ({ step: Math.floor(call / 2), begins: beginsStep(call) }));
  const noiseLevels = Float32Array.from([...calls.map(({ step, begins }) => (begins ? plan.noiseLevels[step]! : middle(step))), 0]);
  let open: (OpenStep & { readonly noise: Float32Array }) | undefined;

  /** Down below `to`, towards the picture, and up again to `to` with fresh noise. */
  function descend(from: number, to: number, sample: Float32Array, original: Float32Array, noise: Float32Array): Float32Array {
    const up = Math.min(to, Math.sqrt((to ** 2 * (from ** 2 - to ** 2)) / from ** 2));
    const left = Math.sqrt(to ** 2 - up ** 2) / from;
    return mix(1, mix(left, sample, 1 - left, original), up, noise);
  }

  const sampler: Sampler = {
    timesteps: Float32Array.from(calls, ({ step, begins }) => (begins ? plan.timesteps[step]! : timestepOfNoiseLevel(table, middle(step)))),
    noiseLevels,
    initialNoiseScale: plan.initialNoiseScale,
    ...sigmaSamples(options.predictionType, noiseLevels),
    needsNoise: (call) => call < calls.length - 1,
    step(modelOutput, call, sample, noise) {
      checkStep(sampler, modelOutput, call, sample, noise);
      const original = sampler.predictOriginal(modelOutput, call, sample);
      const [from, to] = [noiseLevels[call]!, noiseLevels[call + 1]!];
      if (to === 0) return original;
      if (beginsStep(call)) {
        open = { call, sample, noise: noise! };
        return descend(from, to, sample, original, noise!);
      }
      const begun = openStep(open, call);
      const top = noiseLevels[begun.call]!;
      // One random path through both halves: variances are lengths of the path in sigma.
      const whole = mix(Math.sqrt((top - from) / (top - to)), begun.noise, Math.sqrt((from - to) / (top - to)), noise!);
      return descend(top, to, begun.sample, original, whole);
    },
  };
  return sampler;
}

export const dpmSolverSde: SchedulerDefinition = {
  label: 'DPM++ SDE',
  advice: 'Rich in detail and different with every seed, at twice the time for each step.',
  recommendedSteps: 15,
  diffusersClass: 'DPMSolverSDEScheduler',
  callsPerStep: 2,
  create,
};
