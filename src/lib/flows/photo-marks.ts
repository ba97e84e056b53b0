/** @file What we think of each photo, and which of them a run learns from. Pure, so that it is tested in Node. */
import type { PhotoRecord } from '#storage/photo-store.ts';

/** Only what the judgement needs. */
export type JudgedPhoto = Pick<PhotoRecord, 'faceBox' | 'faceCount' | 'widthPx'>;

export type PhotoMark =
  | { readonly kind: 'good' }
  /** Nobody looked: the face detector could not run. */
  | { readonly kind: 'unchecked' }
  | { readonly kind: 'no-face'; readonly isLeftOut: boolean }
  | { readonly kind: 'many-faces'; readonly count: number }
  | { readonly kind: 'small'; readonly facePx: number };

/** Narrower faces lose detail at the model's 192 px. */
const smallFacePx = 110;

/**
 * The mark of one photo in view of all.
 *
 * A photo without a face is left out only if another one has a face: leaving out all would empty the set. One that nobody looked at is kept.
 */
export function markOf(photo: JudgedPhoto, all: readonly JudgedPhoto[]): PhotoMark {
  if (photo.faceCount === null) return { kind: 'unchecked' };
  if (photo.faceBox === null || photo.faceCount === 0) return { kind: 'no-face', isLeftOut: all.some((other) => (other.faceCount ?? 0) > 0) };
  if (photo.faceCount > 1) return { kind: 'many-faces', count: photo.faceCount };
  const facePx = Math.round((photo.faceBox[2] - photo.faceBox[0]) * photo.widthPx);
  return facePx < smallFacePx ? { kind: 'small', facePx } : { kind: 'good' };
}

/** The photos a run learns from. */
export function photosForTraining<Photo extends JudgedPhoto>(photos: readonly Photo[]): Photo[] {
  return photos.filter((photo) => {
    const mark = markOf(photo, photos);
    return mark.kind !== 'no-face' || !mark.isLeftOut;
  });
}
