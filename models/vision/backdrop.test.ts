import { expect, test } from 'vitest';
import type { RgbPicture } from '../pipelines/pixels.ts';
import { backdropColour, colourDistance, labFromRgb, nearestColour } from './backdrop.ts';

// Published values of the sRGB corners under D65 (Lindbloom, colour calculator).
test.each([
  { rgb: [255, 255, 255], lab: [100, 0, 0] },
  { rgb: [0, 0, 0], lab: [0, 0, 0] },
  { rgb: [255, 0, 0], lab: [53.24, 80.09, 67.2] },
  { rgb: [0, 255, 0], lab: [87.73, -86.18, 83.18] },
  { rgb: [0, 0, 255], lab: [32.3, 79.19, -107.86] },
  { rgb: [128, 128, 128], lab: [53.59, 0, 0] },
])('sRGB $rgb is Lab $lab', ({ rgb, lab }) => {
  const measured = labFromRgb(...(rgb as [number, number, number]));
  lab.forEach((value, i) => expect(measured[i]).toBeCloseTo(value, 1));
});

test('the backdrop is read beside the head, whatever stands in the middle and on one shoulder', () => {
  const widthPx = 100;
  const rgb = new Uint8Array(100 * 100 * 3);
  for (let y = 0; y < 100; y++) {
    for (let x = 0; x < 100; x++) {
      const inside = (x > 20 && x < 80) || y > 60 || (x < 5 && y > 30);
      rgb.set(inside ? [180, 120, 90] : [0, 0, 255], (y * 100 + x) * 3);
    }
  }
  const picture: RgbPicture = { widthPx, heightPx: 100, rgb };
  expect(colourDistance(backdropColour(picture), labFromRgb(0, 0, 255))).toBeLessThan(1e-9);
  expect(nearestColour(backdropColour(picture), { grey: [60, 0, 0], blue: [30, 60, -90] })).toBe('blue');
});
