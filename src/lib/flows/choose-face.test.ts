/** @file The chosen face is found again after turning and cropping, also when the net lists the faces in another order. */
import { expect, test } from 'vitest';
import { goodFace, goodPhoto } from '#models/checks/measures-fixture.ts';
import { boxAfterEdit, noEdit, type PhotoEdit } from '#models/vision/photo-edit.ts';
import { faceAfterEdit, faceFactsOf } from './choose-face.ts';

const original = { widthPx: 800, heightPx: 600 };
const left = [0.1, 0.2, 0.3, 0.5] as const;
const right = [0.6, 0.2, 0.8, 0.5] as const;
const measured = (...boxes: (typeof left | readonly [number, number, number, number])[]) => ({
  ...goodPhoto,
  faces: boxes.map((box) => ({ ...goodFace, box })),
});

test('the face keeps its place in a turned and mirrored photo whose faces come in another order', () => {
  const edit: PhotoEdit = { ...noEdit, quarterTurns: 1, mirrored: true };
  const after = measured(boxAfterEdit(left, original, noEdit, edit), boxAfterEdit(right, original, noEdit, edit));
  expect(faceAfterEdit(right, original, noEdit, edit, after)).toBe(1);
  expect(faceAfterEdit(left, original, noEdit, edit, after)).toBe(0);
});

test('a face that was cropped away is not confused with the one that is left', () => {
  const edit: PhotoEdit = { ...noEdit, crop: [0, 0, 0.5, 1] };
  const after = measured(boxAfterEdit(left, original, noEdit, edit));
  expect(faceAfterEdit(right, original, noEdit, edit, after)).toBeNull();
  expect(faceAfterEdit(null, original, noEdit, edit, after)).toBeNull();
});

test('box and count are those of the chosen face, else of the surest', () => {
  expect(faceFactsOf(measured(left, right), 1)).toEqual({ faceBox: right, faceCount: 2 });
  expect(faceFactsOf(measured(left, right), null)).toEqual({ faceBox: left, faceCount: 2 });
  expect(faceFactsOf(measured(), null)).toEqual({ faceBox: null, faceCount: 0 });
  expect(faceFactsOf(null, null)).toEqual({ faceBox: null, faceCount: null });
});
