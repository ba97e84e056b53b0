/** @file What of a photo's record is another one after it was edited. The worker that renders is given, so that this is tested in Node. */
import { decodeError } from '#models/errors/error-codec.ts';
import { isNoEdit, type PhotoEdit } from '#models/vision/photo-edit.ts';
import type { PhotoRecord } from '#storage/photo-store.ts';
import type { PreparedPhotoResult } from '#workers/contract/photos.ts';
import { faceAfterEdit, faceFactsOf } from './choose-face.ts';
import { isSameEdit } from './edit-history.ts';

export type PhotoChange = Partial<Omit<PhotoRecord, 'id' | 'projectId'>>;

/**
 * Renders an edit of the original and measures the result, unless only the face that counts is another one.
 *
 * @param chosenFace index into the faces of the photo as it is now; null for the surest
 * @param render     the photo worker's: of the stored upright original, never of an edited copy
 * @returns the fields to write; findings that were set aside were said of another picture, or another face, and count again
 * @throws {AppError} what the worker says
 */
export async function changeOfEdit(
  before: PhotoRecord,
  edit: PhotoEdit,
  chosenFace: number | null,
  render: (original: Blob, edit: PhotoEdit) => Promise<PreparedPhotoResult>,
): Promise<PhotoChange> {
  if (isSameEdit(edit, before.edit))
    return { chosenFace, ...faceFactsOf(before.measures, chosenFace), ...(chosenFace === before.chosenFace ? {} : { overridden: [] }) };
  const original = before.original ?? { picture: before.picture, widthPx: before.widthPx, heightPx: before.heightPx };
  const result = await render(original.picture, edit);
  if (!result.ok) throw decodeError(result.error);
  const { picture, thumbnail, widthPx, heightPx, measures } = result.photo;
  const wanted = chosenFace === null ? null : (before.measures?.faces[chosenFace]?.box ?? null);
  const face = measures === null ? null : faceAfterEdit(wanted, original, before.edit, edit, measures);
  return {
    picture: isNoEdit(edit) ? original.picture : picture,
    thumbnail,
    widthPx,
    heightPx,
    original: isNoEdit(edit) ? null : original,
    edit,
    measures,
    chosenFace: face,
    overridden: [],
    ...faceFactsOf(measures, face),
  };
}
