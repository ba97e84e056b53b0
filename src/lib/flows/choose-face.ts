/** @file Which face of a photo counts, and finding it again after the photo was changed. Pure. */
import type { PhotoMeasures } from '#models/vision/photo-measures.ts';
import { boxAfterEdit, type FrameSize, type PhotoEdit } from '#models/vision/photo-edit.ts';
import type { PhotoRecord } from '#storage/photo-store.ts';

type Box = readonly [number, number, number, number];

/** A face that moved further than this is another face. */
const fewestSharedArea = 0.3;

/** Box and count of a record: of the chosen face, else of the surest. */
export function faceFactsOf(measures: PhotoMeasures | null, chosenFace: number | null): Pick<PhotoRecord, 'faceBox' | 'faceCount'> {
  if (measures === null) return { faceBox: null, faceCount: null };
  return { faceBox: measures.faces[chosenFace ?? 0]?.box ?? null, faceCount: measures.faces.length };
}

/**
 * The chosen face in a changed photo: the one that lies where the old one came to lie.
 *
 * @returns its index in `after.faces`; null if none was chosen or it is gone
 */
export function faceAfterEdit(chosen: Box | null, original: FrameSize, from: PhotoEdit, to: PhotoEdit, after: PhotoMeasures): number | null {
  if (chosen === null || after.faces.length === 0) return null;
  const wanted = boxAfterEdit(chosen, original, from, to);
  const shares = after.faces.map(({ box }) => sharedArea(box, wanted));
  const best = Math.max(...shares);
  return best < fewestSharedArea ? null : shares.indexOf(best);
}

/** Intersection over union, 0 to 1. */
function sharedArea(a: Box, b: Box): number {
  const width = Math.min(a[2], b[2]) - Math.max(a[0], b[0]);
  const height = Math.min(a[3], b[3]) - Math.max(a[1], b[1]);
  if (width <= 0 || height <= 0) return 0;
  const shared = width * height;
  return shared / ((a[2] - a[0]) * (a[3] - a[1]) + (b[2] - b[0]) * (b[3] - b[1]) - shared);
}
