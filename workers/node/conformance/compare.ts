/** @file How far our numbers are from the expected ones. */
import type { Difference } from './checks.ts';

type Numbers = ArrayLike<number>;

/** Over all pairs together. @throws if two of a pair differ in length: that would be no comparison */
export function compare(pairs: readonly (readonly [actual: Numbers, expected: Numbers])[]): Difference {
  let [maxError, squares, count] = [0, 0, 0];
  for (const [actual, expected] of pairs) {
    if (actual.length !== expected.length) throw new Error(`${actual.length} numbers are compared with ${expected.length}`);
    for (let i = 0; i < expected.length; i++) {
      const error = Math.abs(actual[i]! - expected[i]!);
      // Not `Math.max`: NaN must count as the largest error there is.
      if (!(error <= maxError)) maxError = Number.isNaN(error) ? Infinity : error;
      squares += expected[i]! ** 2;
    }
    count += expected.length;
  }
  return { maxError, scale: Math.sqrt(squares / count) };
}

/** Peak signal-to-noise ratio of pictures from 0 black to 1 white. */
export function pictureDecibels(actual: Numbers, expected: Numbers): number {
  let squares = 0;
  for (let i = 0; i < expected.length; i++) squares += (actual[i]! - expected[i]!) ** 2;
  return -10 * Math.log10(squares / expected.length);
}
