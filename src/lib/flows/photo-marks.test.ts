/** @file The judgement of photos. */
import { expect, test } from 'vitest';
import { markOf, photosForTraining } from './photo-marks.ts';

const face = { faceBox: [0.2, 0.2, 0.8, 0.8] as const, faceCount: 1, widthPx: 512 };
const none = { faceBox: null, faceCount: 0, widthPx: 512 };

test('a photo without a face is left out when others have one', () => {
  expect(markOf(none, [face, none])).toEqual({ kind: 'no-face', isLeftOut: true });
  expect(photosForTraining([face, none])).toEqual([face]);
});

test('when no photo has a face, all are kept: none would be left', () => {
  expect(photosForTraining([none, none])).toHaveLength(2);
});

test('a photo that the face detector could not look at is kept and marked so', () => {
  const unchecked = { ...none, faceCount: null };
  expect(markOf(unchecked, [face, unchecked])).toEqual({ kind: 'unchecked' });
  expect(photosForTraining([face, unchecked, none])).toEqual([face, unchecked]);
});

test('a face narrower than 110 px is marked small, with its width', () => {
  expect(markOf({ faceBox: [0, 0, 0.2, 0.2], faceCount: 1, widthPx: 500 }, [])).toEqual({ kind: 'small', facePx: 100 });
});

test('several faces are counted', () => {
  expect(markOf({ ...face, faceCount: 3 }, [])).toEqual({ kind: 'many-faces', count: 3 });
});
