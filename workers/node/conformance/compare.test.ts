import { expect, test } from 'vitest';
import { isWithinLimits } from './checks.ts';
import { compare, pictureDecibels } from './compare.ts';

test('the largest error of all pairs counts, and the expected numbers give the scale', () => {
  expect(
    compare([
      [
        [1, 2],
        [1, 2.5],
      ],
      [[3], [2.9]],
    ]),
  ).toEqual({ maxError: 0.5, scale: expect.closeTo(Math.sqrt((1 + 6.25 + 8.41) / 3), 12) as number });
});

test('a number that is not one is never equal', () => {
  expect(
    isWithinLimits(
      compare([
        [
          [NaN, 0],
          [0, 0],
        ],
      ]),
    ),
  ).toBe(false);
  expect(
    isWithinLimits(
      compare([
        [
          [0, 0],
          [0, NaN],
        ],
      ]),
    ),
  ).toBe(false);
  expect(() => compare([[[1], [1, 2]]])).toThrow(/1 numbers are compared with 2/);
});

test('small numbers must be equal to a thousandth of their own size', () => {
  expect(isWithinLimits({ maxError: 2e-4, scale: 1 })).toBe(true);
  expect(isWithinLimits({ maxError: 2e-4, scale: 0.1 })).toBe(false);
});

test('pictures a hundredth apart are 40 decibels apart', () => {
  const decibels = pictureDecibels([0.5, 0.51], [0.51, 0.5]);
  expect(decibels).toBeCloseTo(40, 6);
  expect(isWithinLimits({ maxError: 0, scale: 1, decibels })).toBe(false);
  expect(isWithinLimits({ maxError: 0.01, scale: 1, decibels: 45.1 })).toBe(true);
});
