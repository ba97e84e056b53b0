/** @file UniPC: a multistep prediction, corrected once the model has seen where it led. @see Zhao et al. 2023, algorithms 5 to 8 */
import { planMultistep } from './multistep-plan.ts';
import { checkStep, mix, type Sampler, type SchedulerDefinition } from './scheduler.ts';
import { resolveOptions, type SchedulerConfig } from './scheduler-config.ts';

/** What one step leaves to the next. */
interface Trace {
  readonly step: number;
  readonly order: 1 | 2;
  /** The sample that the prediction started from. */
  readonly sample: Float32Array;
  readonly original: Float32Array;
  /** The picture seen one step before, if there was one. */
  readonly before: Float32Array | undefined;
}

function create(config: SchedulerConfig, steps: number): Sampler {
  const options = resolveOptions(config);
  const { sampler: plan, pictureScale, noiseScale, lambda } = planMultistep({ ...options, lambdaMinClipped: -Infinity }, steps);
  /** A run that begins anew or in the middle does not find its step before. */
  let previous: Trace | undefined;

  /** The first-order step that both formulas refine, from `step` to `step + 1`, and the factor of their refinements. */
  function firstOrder(step: number, sample: Float32Array, original: Float32Array): { moved: Float32Array; stride: number; growth: number; factor: number } {
    const stride = lambda(step + 1) - lambda(step); // infinite where no noise is left
    const growth = Math.expm1(-stride);
    const moved = mix(noiseScale(step + 1) / noiseScale(step), sample, -pictureScale(step + 1) * growth, original);
    return { moved, stride, growth, factor: pictureScale(step + 1) * (options.solverType === 'bh1' ? -stride : growth) };
  }

  /** Where the step before should have led, now that the model's answer there is known. */
  function correct(from: Trace, original: Float32Array): Float32Array {
    const { moved, stride, growth, factor } = firstOrder(from.step, from.sample, from.original);
    if (from.order === 1) return addDifference(moved, -0.5 * factor, original, from.original);
    const ratio = (lambda(from.step - 1) - lambda(from.step)) / stride;
    // Two linear equations: the weights of both differences must fit the exponential's first two moments.
    const scaled = factor / pictureScale(from.step + 1);
    const firstMoment = growth / -stride - 1;
    const first = firstMoment / scaled;
    const second = (2 * (firstMoment / -stride - 0.5)) / scaled;
    const olderWeight = (second - first) / (ratio - 1);
    const corrected = addDifference(moved, (-factor * olderWeight) / ratio, from.before!, from.original);
    return addDifference(corrected, -factor * (first - olderWeight), original, from.original);
  }

  const sampler: Sampler = {
    ...plan,
    step(modelOutput, step, sample) {
      checkStep(sampler, modelOutput, step, sample, undefined);
      const original = plan.predictOriginal(modelOutput, step, sample);
      const last = previous?.step === step - 1 ? previous : undefined;
      const start = last === undefined ? sample : correct(last, original);
      const isFirstOrder =
        last === undefined || options.solverOrder === 1 || (step === steps - 1 && (options.lowerOrderFinal || plan.noiseLevels[steps] === 0));
      previous = { step, order: isFirstOrder ? 1 : 2, sample: start, original, before: last?.original };
      const { moved, stride, factor } = firstOrder(step, start, original);
      if (isFirstOrder) return moved;
      const ratio = (lambda(step - 1) - lambda(step)) / stride;
      return addDifference(moved, (-0.5 * factor) / ratio, last.original, original);
    },
  };
  return sampler;
}

/** `base + weight * (a - b)`. */
function addDifference(base: Float32Array, weight: number, a: Float32Array, b: Float32Array): Float32Array {
  return base.map((value, index) => value + weight * (a[index]! - b[index]!));
}

export const uniPcMultistep: SchedulerDefinition = {
  label: 'UniPC',
  advice: 'Corrects each step by what the model answers next: good pictures from 10 steps on.',
  recommendedSteps: 15,
  diffusersClass: 'UniPCMultistepScheduler',
  callsPerStep: 1,
  create,
};
