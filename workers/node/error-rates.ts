/** @file How well a number tells "same" from "different". */

/** A threshold and how often it is wrong. */
export interface ErrorRates {
  readonly threshold: number;
  /** Share of same pairs below the threshold. */
  readonly falseReject: number;
  /** Share of different pairs at or above it. */
  readonly falseAccept: number;
}

/**
 * Wrong answers at one threshold.
 *
 * @param same      higher means more alike
 * @param different as `same`
 */
export function errorRatesAt(threshold: number, same: readonly number[], different: readonly number[]): ErrorRates {
  const share = (values: readonly number[], wrong: (value: number) => boolean): number => values.filter(wrong).length / values.length;
  return { threshold, falseReject: share(same, (value) => value < threshold), falseAccept: share(different, (value) => value >= threshold) };
}

/** The threshold, among all values, where both kinds of error are most nearly equal. */
export function equalErrorRates(same: readonly number[], different: readonly number[]): ErrorRates {
  const [alike, other] = [[...same].sort((a, b) => a - b), [...different].sort((a, b) => a - b)];
  let best: ErrorRates | undefined;
  let [belowAlike, belowOther] = [0, 0];
  for (const threshold of [...same, ...different].sort((a, b) => a - b)) {
    while (alike[belowAlike]! < threshold) belowAlike++;
    while (belowOther < other.length && other[belowOther]! < threshold) belowOther++;
    const rates = { threshold, falseReject: belowAlike / alike.length, falseAccept: 1 - belowOther / other.length };
    if (best === undefined || gap(rates) < gap(best)) best = rates;
  }
  return best ?? { threshold: NaN, falseReject: NaN, falseAccept: NaN };
}

function gap({ falseReject, falseAccept }: ErrorRates): number {
  return Math.abs(falseReject - falseAccept);
}
