/** @file What the camera asks for, frame by frame. */
import { expect, test } from 'vitest';
import type { GuideTarget } from '../contract/photos.ts';
import { guideHint, type GuideFrame } from './guide-hint.ts';

const good: GuideFrame = { faceBoxes: [[0.35, 0.2, 0.65, 0.75]], faceLightness: 60, yaw: 0, widthPx: 640, heightPx: 480 };
const hint = (change: Partial<GuideFrame>, target: GuideTarget = 'front', before: GuideFrame | null = { ...good, ...change }): string =>
  guideHint({ ...good, ...change }, before, target);

test.each([
  ['good', {}, 'front'],
  ['no-face', { faceBoxes: [] }, 'front'],
  ['several-faces', { faceBoxes: [...good.faceBoxes, ...good.faceBoxes] }, 'front'],
  ['more-light', { faceLightness: 20 }, 'front'],
  ['less-light', { faceLightness: 93 }, 'front'],
  ['closer', { faceBoxes: [[0.45, 0.4, 0.55, 0.6]] }, 'front'],
  ['further-back', { faceBoxes: [[0.1, 0, 0.9, 1]] }, 'front'],
  ['to-the-middle', { faceBoxes: [[0.6, 0.2, 0.9, 0.75]] }, 'front'],
  ['look-ahead', { yaw: 25 }, 'front'],
  // Over 0 is to the right of the picture, which is the person's own left.
  ['turn-left', { yaw: 0 }, 'left'],
  ['good', { yaw: 28 }, 'left'],
  ['turn-left', { yaw: -28 }, 'left'],
  ['look-ahead', { yaw: 60 }, 'left'],
  ['turn-right', { yaw: 0 }, 'right'],
  ['good', { yaw: -28 }, 'right'],
  ['good', { yaw: 30 }, 'any'],
  ['look-ahead', { yaw: -70 }, 'any'],
  ['good', { yaw: null, faceLightness: null }, 'front'],
] as const)('%s for %j towards %s', (expected, change, target) => {
  expect(hint(change, target)).toBe(expected);
});

test('a first frame, a moved face and a face that was not there are not still', () => {
  expect(hint({}, 'front', null)).toBe('hold-still');
  expect(hint({}, 'front', { ...good, faceBoxes: [[0.25, 0.2, 0.55, 0.75]] })).toBe('hold-still');
  expect(hint({}, 'front', { ...good, faceBoxes: [] })).toBe('hold-still');
  expect(hint({}, 'front', { ...good, faceBoxes: [[0.355, 0.2, 0.655, 0.75]] })).toBe('good');
});
