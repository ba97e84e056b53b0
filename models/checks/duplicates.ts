/** @file Which photos of a set show the same picture twice. */
import { cosine } from '../vision/face-embedding.ts';
import { fingerprintDistance, mirroredFingerprint } from '../vision/measures/fingerprint.ts';
import { checkPhoto } from './check-photo.ts';
import { faceHeightPx, judgedFace, type JudgedPhoto } from './judged-photo.ts';
import { setLimits as limits } from './limits.ts';

export interface DuplicatePair {
  readonly id: string;
  /** The better photo, which is kept. */
  readonly keptId: string;
  /** Bits of 64 that differ. */
  readonly bits: number;
  /** Which of the two rules it fell under. */
  readonly limit: number;
}

/** Finds duplicates: re-encoded, resized, slightly cropped or mirrored copies, and bursts. Each points to a better photo that is no duplicate itself. */
export function findDuplicates(photos: readonly JudgedPhoto[]): DuplicatePair[] {
  const ranked = photos.map((photo) => ({ photo, rank: quality(photo) })).sort((a, b) => compareQuality(b.rank, a.rank));
  const kept: JudgedPhoto[] = [];
  const pairs: DuplicatePair[] = [];
  for (const { photo } of ranked) {
    const match = kept.map((other) => comparePair(photo, other)).find((pair) => pair !== null);
    if (match === undefined) kept.push(photo);
    else pairs.push(match);
  }
  return pairs;
}

function comparePair(photo: JudgedPhoto, kept: JudgedPhoto): DuplicatePair | null {
  const [a, b] = [photo.measures.fingerprint, kept.measures.fingerprint];
  const straight = fingerprintDistance(a, b);
  const bits = Math.min(straight, fingerprintDistance(mirroredFingerprint(a), b));
  // Mirrored copies are exact; a likeness in the mirror that is merely near is a head turned to the other side before the same wall.
  const isNear = straight <= limits.nearPictureBits && facesAgree(photo, kept);
  if (bits > limits.samePictureBits && !isNear) return null;
  const limit = bits <= limits.samePictureBits ? limits.samePictureBits : limits.nearPictureBits;
  return { id: photo.id, keptId: kept.id, bits, limit };
}

function facesAgree(photo: JudgedPhoto, other: JudgedPhoto): boolean {
  const a = judgedFace(photo.measures, photo.chosenFace)?.embedding ?? null;
  const b = judgedFace(other.measures, other.chosenFace)?.embedding ?? null;
  return a !== null && b !== null && a.length === b.length && cosine(a, b) >= limits.nearFaceCosine;
}

/** What makes one copy better than another, most important first: fewer findings, a larger face, more detail. */
function quality({ measures, chosenFace }: JudgedPhoto): readonly number[] {
  const face = judgedFace(measures, chosenFace);
  const heightPx = face === undefined ? 0 : Math.round(faceHeightPx(face, measures));
  return [-checkPhoto(measures, chosenFace).length, heightPx, face?.sharpness ?? 0];
}

function compareQuality(a: readonly number[], b: readonly number[]): number {
  const differing = a.findIndex((value, index) => value !== b[index]);
  return differing < 0 ? 0 : a[differing]! - b[differing]!;
}
