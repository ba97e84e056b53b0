/** @file Edits move pixels where a person expects them, and turning or mirroring what is seen keeps the crop on it. */
import fc from 'fast-check';
import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import { type Affine, boxAfterEdit, editedSize, editTransform, exposureTable, frameSize, mirrored, noEdit, type PhotoEdit, turned } from './photo-edit.ts';

const original = { widthPx: 400, heightPx: 300 };
const at = ([a, b, c, d, e, f]: Affine, x: number, y: number): [number, number] => [a * x + c * y + e, b * x + d * y + f];
const edits = fc.record<PhotoEdit>({
  quarterTurns: fc.constantFrom(0, 1, 2, 3),
  straightenDegrees: fc.double({ min: -15, max: 15, noNaN: true }),
  mirrored: fc.boolean(),
  crop: fc.option(fc.constant([0.125, 0.25, 0.625, 0.75] as const)),
  exposureStops: fc.constant(0),
});

describe('the geometry', () => {
  test('a clockwise quarter turn brings the top left corner to the top right', () => {
    expect(at(editTransform(original, { ...noEdit, quarterTurns: 1 }), 0, 0)).toEqual([300, 0]);
    expect(frameSize(original, { ...noEdit, quarterTurns: 1 })).toEqual({ widthPx: 300, heightPx: 400 });
  });

  test.each([1, 2, 3] as const)('%i quarter turns agree with the rotation of sharp', async (quarterTurns) => {
    const pixels = Buffer.from(Array.from({ length: 12 }, (_, index) => index * 20));
    const { data, info } = await sharp(pixels, { raw: { width: 4, height: 3, channels: 1 } })
      .rotate(quarterTurns * 90)
      .toColourspace('b-w')
      .raw()
      .toBuffer({ resolveWithObject: true });
    const transform = editTransform({ widthPx: 4, heightPx: 3 }, { ...noEdit, quarterTurns });
    for (let index = 0; index < 12; index += 1) {
      const [x, y] = at(transform, (index % 4) + 0.5, Math.floor(index / 4) + 0.5);
      expect(data[Math.floor(y) * info.width + Math.floor(x)]).toBe(index * 20);
    }
  });

  test('the original covers the whole frame at every angle', () => {
    fc.assert(
      fc.property(edits, (edit) => {
        const size = editedSize(original, edit);
        for (const [x, y] of [
          [0, 0],
          [1, 0],
          [0, 1],
          [1, 1],
        ] as const) {
          const [left, top, right, bottom] = boxAfterEdit([x, y, x, y], original, edit, noEdit);
          for (const value of [left, top, right, bottom]) expect(value).toBeGreaterThan(-2 / Math.min(size.widthPx, size.heightPx));
          for (const value of [left, top, right, bottom]) expect(value).toBeLessThan(1 + 2 / Math.min(size.widthPx, size.heightPx));
        }
      }),
    );
  });

  test('turning clockwise or mirroring moves every point of the finished picture so, whatever was done before', () => {
    fc.assert(
      fc.property(edits, fc.double({ min: 0, max: 400, noNaN: true }), fc.double({ min: 0, max: 300, noNaN: true }), (edit, x, y) => {
        const { widthPx, heightPx } = editedSize(original, edit);
        const [seenX, seenY] = at(editTransform(original, edit), x, y);
        const close = ([actualX, actualY]: [number, number], [wantedX, wantedY]: [number, number]): void => {
          expect(actualX).toBeCloseTo(wantedX, 6);
          expect(actualY).toBeCloseTo(wantedY, 6);
        };
        close(at(editTransform(original, turned(edit, true)), x, y), [heightPx - seenY, seenX]);
        close(at(editTransform(original, turned(edit, false)), x, y), [seenY, widthPx - seenX]);
        close(at(editTransform(original, mirrored(edit)), x, y), [widthPx - seenX, seenY]);
      }),
    );
  });

  test('a box goes into an edit and comes back', () => {
    const edit: PhotoEdit = { ...noEdit, quarterTurns: 3, mirrored: true, crop: [0.1, 0.2, 0.9, 0.8] };
    const there = boxAfterEdit([0.3, 0.4, 0.5, 0.6], original, noEdit, edit);
    for (const [index, value] of boxAfterEdit(there, original, edit, noEdit).entries()) expect(value).toBeCloseTo([0.3, 0.4, 0.5, 0.6][index] ?? NaN, 9);
  });
});

describe('the exposure', () => {
  test('none changes no level', () => {
    expect([...exposureTable(0)]).toEqual(Array.from({ length: 256 }, (_, level) => level));
  });

  test('half the light of white is level 188 and a quarter 137, as the sRGB curve says', () => {
    expect(exposureTable(-1)[255]).toBe(188);
    expect(exposureTable(-2)[255]).toBe(137);
    expect(exposureTable(1)[188]).toBe(255);
  });
});
