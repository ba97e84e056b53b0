/** @file What the editing dialog and the camera decide: undo and redo, the crop frame under pointer and keys, the best of a burst. */
import fc from 'fast-check';
import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import { noEdit } from '#models/vision/photo-edit.ts';
import { arrowStep, type Crop, cropAroundFace, cropCorners, leastCropShare, moveCrop } from './crop-frame.ts';
import { beginHistory, redo, takeStep, undo } from './edit-history.ts';
import { sharpestFrame } from './sharpest-frame.ts';

const start = { edit: noEdit, face: null };

describe('the history', () => {
  test('undo goes back step by step, redo forward again, and a new step forgets what was undone', () => {
    const lit = { edit: { ...noEdit, exposureStops: 1 }, face: null };
    const chosen = { ...lit, face: 1 };
    const history = takeStep(takeStep(beginHistory(start), lit), chosen);
    expect(undo(history).present).toEqual(lit);
    expect(undo(undo(undo(history))).present).toEqual(start);
    expect(redo(undo(history))).toEqual(history);
    expect(takeStep(undo(history), { ...lit, face: 0 }).future).toEqual([]);
  });

  test('a step that changes nothing is none', () => {
    const history = beginHistory(start);
    expect(takeStep(history, { edit: { ...noEdit, crop: [0, 0, 1, 1] }, face: null })).toBe(history);
  });
});

describe('the crop frame', () => {
  const crops = fc.tuple(
    fc.double({ min: 0, max: 0.5, noNaN: true }),
    fc.double({ min: 0, max: 0.5, noNaN: true }),
    fc.double({ min: 0.65, max: 1, noNaN: true }),
    fc.double({ min: 0.65, max: 1, noNaN: true }),
  );
  const shift = fc.double({ min: -2, max: 2, noNaN: true });

  test('stays inside the picture and never gets too small, wherever it is dragged', () => {
    fc.assert(
      fc.property(crops, fc.constantFrom('move' as const, ...cropCorners), shift, shift, (crop, handle, x, y) => {
        const [left, top, right, bottom] = moveCrop(crop, handle, x, y);
        expect(Math.min(left, top)).toBeGreaterThanOrEqual(-1e-9);
        expect(Math.max(right, bottom)).toBeLessThanOrEqual(1 + 1e-9);
        expect(Math.min(right - left, bottom - top)).toBeGreaterThanOrEqual(leastCropShare - 1e-9);
      }),
    );
  });

  test('a corner moves alone, and moving keeps the size', () => {
    expect(moveCrop([0, 0, 1, 1], 'topLeft', 0.25, 0.5)).toEqual([0.25, 0.5, 1, 1]);
    expect(moveCrop([0.25, 0.25, 0.75, 0.75], 'move', 1, -0.125)).toEqual([0.5, 0.125, 1, 0.625]);
    expect(arrowStep('ArrowUp', true)).toEqual([0, -0.05]);
    expect(arrowStep('Enter', false)).toBeNull();
  });

  test('the crop around a face holds the whole face', () => {
    const face: Crop = [0.4, 0.3, 0.6, 0.7];
    const [left, top, right, bottom] = cropAroundFace(face, 800, 600);
    expect(left < face[0] && top < face[1] && right > face[2] && bottom > face[3]).toBe(true);
  });
});

test('of a burst the frame in focus is kept, whatever the order', async () => {
  const photo = new URL('../../../static/samples/ada/01.jpg', import.meta.url).pathname;
  const frame = async (blur: number) => {
    const picture = sharp(photo).resize(200, 200).ensureAlpha();
    const { data, info } = await (blur === 0 ? picture : picture.blur(blur)).raw().toBuffer({ resolveWithObject: true });
    return { width: info.width, height: info.height, data: new Uint8ClampedArray(data) };
  };
  const [soft, sharpOne, softer] = await Promise.all([frame(1), frame(0), frame(3)]);
  expect(sharpestFrame([soft, sharpOne, softer], [0.3, 0.2, 0.7, 0.7])).toBe(1);
  expect(sharpestFrame([sharpOne, softer, soft], null)).toBe(0);
});
