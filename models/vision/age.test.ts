import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ageView, minorLimits, personReadsAsMinor, readsAsMinor } from './age.ts';
import type { DetectedFace } from './face-detector.ts';

test('one photo is judged by its own limit', () => {
  expect([12, 17.9, 18, 40].map(readsAsMinor)).toEqual([true, true, false, false]);
});

test('a person is judged by the median, which is stricter than one photo and not moved by one bad reading', () => {
  const young = [18.5, 18.5, 19, 19, 19.5, 20, 20, 20];
  expect(personReadsAsMinor(young)).toBe(true);
  expect(young.some(readsAsMinor)).toBe(false);
  expect(personReadsAsMinor([8, 30, 30, 31, 31, 32, 32, 33])).toBe(false);
  expect(personReadsAsMinor([19, 20, 20, 20, 20.9, 21, 21, 21])).toBe(true); // 20.45: the mean of the two in the middle
});

test('too few photos are not judged together', () => {
  expect(personReadsAsMinor([])).toBe(false);
  expect(personReadsAsMinor(Array.from({ length: minorLimits.fewestPhotos - 1 }, () => 10))).toBe(false);
});

test('younger readings never free a person who was stopped', () => {
  fc.assert(
    fc.property(
      fc.array(fc.double({ min: 0, max: 60, noNaN: true }), { minLength: minorLimits.fewestPhotos, maxLength: 30 }),
      fc.double({ min: 0, max: 10, noNaN: true }),
      (ages, years) => {
        if (personReadsAsMinor(ages)) expect(personReadsAsMinor(ages.map((age) => age - years))).toBe(true);
      },
    ),
  );
});

test('eyes and mouth lie at 0.43 of the square, also where the head is tilted', () => {
  const at = (x: number, y: number) => ({ x, y });
  const centre = at(0.5, 0.5);
  for (const turn of [0, 0.4, -1]) {
    const turned = (x: number, y: number) => at(0.5 + Math.cos(turn) * x - Math.sin(turn) * y, 0.5 + Math.sin(turn) * x + Math.cos(turn) * y);
    const keypoints = { rightEye: turned(-0.1, -0.1), leftEye: turned(0.1, -0.1), mouth: turned(0, 0.1), noseTip: centre, rightEar: centre, leftEar: centre };
    const face: DetectedFace = { box: [0.3, 0.3, 0.7, 0.7], score: 1, keypoints };
    const view = ageView(face, { widthPx: 400, heightPx: 400 });
    expect(view.angle).toBeCloseTo(turn, 6);
    expect(view.sidePx).toBeCloseTo((Math.hypot(0.1, 0.2) * 400) / 0.45, 6);
    const middle = turned(0, -0.1 / 3);
    const down = (middle.y * 400 - view.centreY) * Math.cos(turn) - (middle.x * 400 - view.centreX) * Math.sin(turn);
    expect(0.5 + down / view.sidePx).toBeCloseTo(0.43, 6);
  }
});
