/** @file Records of a person and their photos. */
import type { CheckId } from '#models/checks/finding.ts';
import type { PhotoEdit } from '#models/vision/photo-edit.ts';
import type { PhotoMeasures } from '#models/vision/photo-measures.ts';

/** How the person wants to be called in prompts. Null until they said so; they may skip it. */
export type PersonClass = 'woman' | 'man' | 'person';

/** The app's four steps and where they live. */
export type StepRoute = '/' | '/photos' | '/consent' | '/likeness' | '/studio' | '/gallery';

/** That the person agreed, to which words, and when. */
export interface ConsentRecord {
  readonly version: number;
  /** SHA-256 of the text that was shown, hex: the record stays meaningful when the text changes. */
  readonly textHash: string;
  /** Milliseconds since 1970. */
  readonly givenAt: number;
}

/** One person whose likeness is made. */
export interface ProjectRecord {
  readonly id: string;
  readonly name: string;
  readonly personClass: PersonClass | null;
  readonly consent: ConsentRecord | null;
  /** Where the person was when they left: they land there again. */
  readonly lastRoute: StepRoute;
  /** As the person chose them in the studio; absent until they did. */
  readonly likenessWeight?: number;
  readonly drawsSpares?: boolean;
  readonly createdAt: number;
}

/** One photo, upright, without metadata, at most 1024 px on its short side. What the checks say of it is not stored: it follows from the measures. */
export interface PhotoRecord {
  readonly id: string;
  readonly projectId: string;
  readonly fileName: string;
  readonly addedAt: number;
  /** What a run learns from: the original with the edit. */
  readonly picture: Blob;
  readonly thumbnail: Blob;
  readonly widthPx: number;
  readonly heightPx: number;
  /** The upright photo as it came; null while nothing is changed and `picture` is it. */
  readonly original: { readonly picture: Blob; readonly widthPx: number; readonly heightPx: number } | null;
  readonly edit: PhotoEdit;
  /** Of `picture`; null where nobody looked yet, or the nets could not run. */
  readonly measures: PhotoMeasures | null;
  /** Index into the faces of `measures`, where the person chose; null for the surest. */
  readonly chosenFace: number | null;
  /** Checks whose finding the person has seen and set aside. */
  readonly overridden: readonly CheckId[];
  /** Box of the face that counts, shares of the frame [x0, y0, x1, y1]; null where no face was found. */
  readonly faceBox: readonly [number, number, number, number] | null;
  /** Null where nobody looked: the face detector could not run. */
  readonly faceCount: number | null;
  /** SHA-256 of the bytes of the original, hex: the same photo twice is one photo, whatever was changed on it. */
  readonly digest: string;
}
