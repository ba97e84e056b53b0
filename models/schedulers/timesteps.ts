/** @file Which training timesteps a run of n steps visits. */
import type { SchedulerOptions } from './scheduler-config.ts';

/** Rounds to the nearest whole number and halves to the even one, as NumPy does and `Math.round` does not. */
export function roundHalfToEven(value: number): number {
  const floor = Math.floor(value);
  const rest = value - floor;
  if (rest !== 0.5) return Math.round(value);
  return floor % 2 === 0 ? floor : floor + 1;
}

/** `count` evenly spaced numbers from `first` to `last`, both included; only `first` if count is 1. */
export function linspace(first: number, last: number, count: number): number[] {
  const stride = count > 1 ? (last - first) / (count - 1) : 0;
  return Array.from({ length: count }, (_, index) => (count > 1 && index === count - 1 ? last : first + stride * index));
}

/**
 * Timesteps from noisy to clean. linspace may give fractions: round them where the model must be told whole ones.
 *
 * @see Lin et al. 2023, table 2
 */
export function spacedTimesteps(
  { timestepSpacing, trainSteps, stepsOffset }: Pick<SchedulerOptions, 'timestepSpacing' | 'trainSteps' | 'stepsOffset'>,
  steps: number,
): number[] {
  switch (timestepSpacing) {
    case 'linspace':
      return linspace(0, trainSteps - 1, steps).reverse();
    case 'leading': {
      const stride = Math.floor(trainSteps / steps);
      return Array.from({ length: steps }, (_, index) => (steps - 1 - index) * stride + stepsOffset);
    }
    case 'trailing':
      return Array.from({ length: steps }, (_, index) => roundHalfToEven(trainSteps - index * (trainSteps / steps)) - 1);
  }
}

/** Some of the evenly spaced timesteps that a model was distilled on, from the noisiest down. @see Luo et al. 2023, section 4 */
export function distilledTimesteps(
  { trainSteps, originalInferenceSteps }: Pick<SchedulerOptions, 'trainSteps' | 'originalInferenceSteps'>,
  steps: number,
): Float32Array {
  const stride = Math.floor(trainSteps / originalInferenceSteps);
  return Float32Array.from({ length: steps }, (_, index) => {
    const fromNoisiest = Math.floor(index * (originalInferenceSteps / steps));
    return (originalInferenceSteps - fromNoisiest) * stride - 1;
  });
}
