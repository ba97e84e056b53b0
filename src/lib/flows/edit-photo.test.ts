/** @file The original stays behind every edit, and comes back without a trace; what was set aside is asked again of what is new. */
import { expect, test } from 'vitest';
import { goodFace, goodPhoto } from '#models/checks/measures-fixture.ts';
import { AppError } from '#models/errors/app-error.ts';
import { encodeError } from '#models/errors/error-codec.ts';
import { noEdit, type PhotoEdit } from '#models/vision/photo-edit.ts';
import type { PhotoRecord } from '#storage/photo-store.ts';
import type { PreparedPhotoResult } from '#workers/contract/photos.ts';
import { changeOfEdit } from './edit-photo.ts';

const blob = (words: string): Blob => new Blob([words]);
const twoFaces = { ...goodPhoto, faces: [goodFace, { ...goodFace, box: [0.75, 0.2, 0.95, 0.6] as const }] };
const before: PhotoRecord = {
  id: 'photo',
  projectId: 'project',
  fileName: 'me.jpg',
  addedAt: 0,
  picture: blob('original'),
  thumbnail: blob('small'),
  widthPx: 800,
  heightPx: 1000,
  original: null,
  edit: noEdit,
  measures: twoFaces,
  chosenFace: null,
  overridden: ['other-person'],
  faceBox: goodFace.box,
  faceCount: 2,
  digest: 'digest',
};
const turned: PhotoEdit = { ...noEdit, quarterTurns: 1 };
const rendered: PreparedPhotoResult = {
  ok: true,
  photo: {
    picture: blob('turned'),
    thumbnail: blob('turned, small'),
    widthPx: 1000,
    heightPx: 800,
    faceBox: null,
    faceCount: 1,
    measures: { ...goodPhoto, faces: [goodFace] },
    digest: 'x',
  },
};
const neverRender = (): Promise<PreparedPhotoResult> => Promise.reject(new Error('nothing is to be rendered'));

test('another face alone is not rendered anew, and what was set aside of the face before counts again', async () => {
  const change = await changeOfEdit(before, noEdit, 1, neverRender);
  expect(change).toEqual({ chosenFace: 1, faceBox: [0.75, 0.2, 0.95, 0.6], faceCount: 2, overridden: [] });
  expect(await changeOfEdit(before, noEdit, null, neverRender)).not.toHaveProperty('overridden');
});

test('the first edit keeps the original; the next is rendered from it and not from the copy', async () => {
  const change = await changeOfEdit(before, turned, null, () => Promise.resolve(rendered));
  expect(change.original).toEqual({ picture: before.picture, widthPx: 800, heightPx: 1000 });
  expect(change.overridden).toEqual([]);
  const given: Blob[] = [];
  await changeOfEdit({ ...before, ...change }, { ...turned, mirrored: true }, null, (original) => {
    given.push(original);
    return Promise.resolve(rendered);
  });
  expect(given).toEqual([before.picture]);
});

test('back to the original, its own bytes are the picture again', async () => {
  const edited: PhotoRecord = { ...before, ...(await changeOfEdit(before, turned, null, () => Promise.resolve(rendered))) };
  const back = await changeOfEdit(edited, noEdit, null, () => Promise.resolve(rendered));
  expect(back.picture).toBe(before.picture);
  expect(back.original).toBeNull();
});

test('what the worker says is thrown', async () => {
  const error = encodeError(new AppError('cancelled', { message: 'stopped' }));
  await expect(changeOfEdit(before, turned, null, () => Promise.resolve({ ok: false, error }))).rejects.toMatchObject({ code: 'cancelled' });
});
