import { expect, test } from 'vitest';
import { equalErrorRates, errorRatesAt } from './error-rates.ts';

test('a number that separates perfectly is never wrong', () => {
  expect(equalErrorRates([0.9, 0.8, 0.95], [0.1, 0.7])).toEqual({ threshold: 0.8, falseReject: 0, falseAccept: 0 });
});

test('where two of four overlap on each side, half is wrong', () => {
  const { falseReject, falseAccept } = equalErrorRates([1, 2, 5, 6], [0, 3, 4, 7]);
  expect([falseReject, falseAccept]).toEqual([0.5, 0.5]);
});

test('the threshold itself counts as alike, and equal values are counted once', () => {
  expect(errorRatesAt(0.5, [0.5, 0.4, 0.6, 0.5], [0.5, 0.2])).toEqual({ threshold: 0.5, falseReject: 0.25, falseAccept: 0.5 });
  expect(equalErrorRates([0.5, 0.5, 0.5], [0.5, 0.5])).toMatchObject({ falseReject: 0, falseAccept: 1 });
});
