import fc from 'fast-check';
import { expect, test } from 'vitest';
import { dlibMeans } from './dlib-face.ts';
import { fitSquare, identityView, meanLessInput } from './face-identity.ts';
import type { DetectedFace } from './face-detector.ts';
import type { SquareView } from './image.ts';

/** Where a share of the square lies in the picture. */
function pixelOf({ centreX, centreY, sidePx, angle }: SquareView, [x, y]: readonly [number, number]): [number, number] {
  const [right, down] = [(x - 0.5) * sidePx, (y - 0.5) * sidePx];
  return [centreX + right * Math.cos(angle) - down * Math.sin(angle), centreY + right * Math.sin(angle) + down * Math.cos(angle)];
}

test('the square that made the points is found again', () => {
  const shares = [
    [0.3, 0.3],
    [0.7, 0.3],
    [0.5, 0.7],
  ] as const;
  const number = (min: number, max: number) => fc.double({ min, max, noNaN: true });
  fc.assert(
    fc.property(number(-50, 500), number(-50, 500), number(10, 900), number(-3, 3), (centreX, centreY, sidePx, angle) => {
      const view = { centreX, centreY, sidePx, angle };
      const found = fitSquare(
        shares,
        shares.map((share) => pixelOf(view, share)),
      );
      for (const key of ['centreX', 'centreY', 'sidePx', 'angle'] as const) expect(found[key]).toBeCloseTo(view[key], 6);
    }),
  );
});

test("a level face fills the square as in dlib's template: the eyes 0.35 of its side apart, 0.31 below its top", () => {
  const at = (x: number, y: number) => ({ x, y });
  const keypoints = {
    rightEye: at(0.4, 0.4),
    leftEye: at(0.6, 0.4),
    mouth: at(0.5, 0.61),
    noseTip: at(0.5, 0.5),
    rightEar: at(0.3, 0.4),
    leftEar: at(0.7, 0.4),
  };
  const face: DetectedFace = { box: [0.3, 0.3, 0.7, 0.7], score: 1, keypoints };
  const { sidePx, centreY, angle } = identityView(face, { widthPx: 300, heightPx: 300 });
  expect(angle).toBeCloseTo(0, 2);
  expect(60 / sidePx).toBeCloseTo(0.35, 2);
  expect((120 - centreY) / sidePx + 0.5).toBeCloseTo(0.31, 2);
});

test('a picture of the means alone gives zeros', () => {
  const grey = { widthPx: 8, heightPx: 8, rgb: Uint8Array.from({ length: 192 }, (_, i) => Math.round(dlibMeans[(i % 3) as 0 | 1 | 2])) };
  const { data, shape } = meanLessInput(grey, { centreX: 4, centreY: 4, sidePx: 4, angle: 0 }, 10);
  expect(shape).toEqual([1, 3, 10, 10]);
  expect(Math.max(...[...data].map(Math.abs))).toBeLessThan(0.5 / 255);
});
