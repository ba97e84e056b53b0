/** @file Noise levels of a run: read between the training timesteps, or spaced as Karras et al. propose. */
import { linspace } from './timesteps.ts';

/** The value of a table at a fractional position, linear between entries. */
export function interpolate(table: Float32Array, position: number): number {
  const low = Math.min(Math.floor(position), table.length - 2);
  const share = position - low;
  return table[low]! * (1 - share) + table[low + 1]! * share;
}

/**
 * Noise levels that crowd towards the clean end, where the eye is strict.
 *
 * @see Karras et al. 2022, equation 5, rho = 7
 */
export function karrasNoiseLevels(noisiest: number, cleanest: number, steps: number): number[] {
  const rho = 7;
  const start = noisiest ** (1 / rho);
  const end = cleanest ** (1 / rho);
  return linspace(0, 1, steps).map((ramp) => (start + ramp * (end - start)) ** rho);
}

/**
 * The fractional timestep at which training saw this much noise, linear in the logarithm.
 *
 * @param table noise level of every training timestep, rising
 */
export function timestepOfNoiseLevel(table: Float32Array, noiseLevel: number): number {
  const wanted = Math.log(Math.max(noiseLevel, 1e-10));
  const logOf = (index: number): number => Math.fround(Math.log(table[index]!));
  let low = 0;
  while (low < table.length - 2 && logOf(low + 1) <= wanted) low++;
  const share = (logOf(low) - wanted) / (logOf(low) - logOf(low + 1));
  return low + Math.min(Math.max(share, 0), 1);
}
