/** @file Display P3 to sRGB against Little CMS. */
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { displayP3ToSrgb } from './display-p3.ts';

const golden = JSON.parse(readFileSync(new URL('../../models/testing/golden/display-p3.json', import.meta.url), 'utf8')) as { p3ThenSrgb: number[][] };

test('216 colours, in and out of the gamut of sRGB, are those of Little CMS within one level', () => {
  const pixels = Uint8Array.from(golden.p3ThenSrgb.flatMap((pair) => pair.slice(0, 3)));
  displayP3ToSrgb(pixels, 3);
  const differences = golden.p3ThenSrgb.flatMap((pair, pixel) => pair.slice(3).map((value, channel) => Math.abs(value - pixels[3 * pixel + channel]!)));
  expect(differences).toHaveLength(648);
  expect(Math.max(...differences)).toBeLessThanOrEqual(1);
});

test('greys stay as they are, and a fourth channel is not touched', () => {
  const greys = Uint8Array.from({ length: 1024 }, (_, index) => index >> 2);
  const before = greys.slice();
  displayP3ToSrgb(greys, 4);
  expect(greys).toEqual(before);
});
