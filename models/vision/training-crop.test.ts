import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { FaceBox } from './face-detector.ts';
import { faceWithForehead, trainingCrop } from './training-crop.ts';

test('a face in the middle of a large photo is framed as the portraits are', () => {
  const crop = trainingCrop({ widthPx: 3000, heightPx: 2000 }, [0.45, 0.4, 0.55, 0.62], { faceHeight: 0.44, faceMiddle: 0.45 });
  expect(crop).toEqual({ x: 1000, y: 570, widthPx: 1000, heightPx: 1000 }); // face 440 px high, its middle 450 px below the top
});

test('near the edge the square moves rather than leaving the photo', () => {
  expect(trainingCrop({ widthPx: 3000, heightPx: 2000 }, [0, 0, 0.1, 0.22], { faceHeight: 0.44, faceMiddle: 0.45 })).toMatchObject({
    x: 0,
    y: 0,
    widthPx: 1000,
  });
});

test('a photo without a face gives its largest middle square', () => {
  expect(trainingCrop({ widthPx: 300, heightPx: 200 }, null)).toEqual({ x: 50, y: 0, widthPx: 200, heightPx: 200 });
});

test('whatever the photo and the face, the square is whole, inside and not empty', () => {
  const share = fc.double({ min: -0.2, max: 1.2, noNaN: true });
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 5000 }),
      fc.integer({ min: 1, max: 5000 }),
      fc.tuple(share, share, share, share),
      (widthPx, heightPx, [a, b, c, d]) => {
        const face: FaceBox = [Math.min(a, c), Math.min(b, d), Math.max(a, c), Math.max(b, d)];
        const crop = trainingCrop({ widthPx, heightPx }, face);
        const whole = Object.values(crop).every(Number.isInteger) && crop.widthPx === crop.heightPx && crop.widthPx >= 1;
        return whole && crop.x >= 0 && crop.y >= 0 && crop.x + crop.widthPx <= widthPx && crop.y + crop.heightPx <= heightPx;
      },
    ),
  );
});

test('the forehead and the chin are added to a detected box', () => {
  expect(faceWithForehead([0.3, 0.4, 0.7, 0.8]).map((value) => value.toFixed(3))).toEqual(['0.300', '0.252', '0.700', '0.848']);
});

test('the forehead of a head upside down is below, and of one on its side beside', () => {
  expect(faceWithForehead([0.3, 0.4, 0.7, 0.8], 176).map((value) => value.toFixed(3))).toEqual(['0.300', '0.352', '0.700', '0.948']);
  expect(faceWithForehead([0.3, 0.4, 0.7, 0.8], 95).map((value) => value.toFixed(3))).toEqual(['0.252', '0.400', '0.848', '0.800']);
  expect(faceWithForehead([0.3, 0.4, 0.7, 0.8], -90).map((value) => value.toFixed(3))).toEqual(['0.152', '0.400', '0.748', '0.800']);
});
