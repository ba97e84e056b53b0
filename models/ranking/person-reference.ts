/** @file What a person looks like in their own photos, and how far that ranges: what drawn pictures are held against. */
import { judgedFace, type JudgedPhoto } from '../checks/judged-photo.ts';
import { cosine, meanEmbedding, type FaceEmbedding } from '../vision/face-embedding.ts';
import { meanShape, shapeDistance } from '../vision/face-shape.ts';
import type { FaceMeasures } from '../vision/photo-measures.ts';

/** Lowest, median and highest of a number over the person's photos. */
export interface Range {
  readonly least: number;
  readonly middle: number;
  readonly most: number;
}

export interface PersonReference {
  /** Of the faces of the photos; null where none has an embedding. */
  readonly embedding: FaceEmbedding | null;
  /** Median cosine of a photo with the mean of the others: what "looks like you" amounts to among real photos. Null for fewer than three. */
  readonly ownLikeness: number | null;
  /** Of the skin, CIELAB lightness and hue in degrees; null where no photo was measured. */
  readonly skin: { readonly lightness: Range; readonly hueDegrees: Range } | null;
  /** Mean shape and the distance of the farthest photo from it; null for photos that were measured before shapes were. */
  readonly shape: { readonly points: readonly number[]; readonly farthest: number } | null;
  /** Median; null where no age was read. */
  readonly apparentAgeYears: number | null;
}

/** @param photos those that the person's likeness is learned from; others would widen the range by strangers */
export function personReference(photos: readonly JudgedPhoto[]): PersonReference {
  const faces = photos.flatMap(({ measures, chosenFace }) => judgedFace(measures, chosenFace) ?? []);
  const embeddings = faces.flatMap(({ embedding }) => embedding ?? []);
  const shapes = faces.flatMap(({ shape }) => (shape === undefined ? [] : [shape.points]));
  const points = meanShape(shapes);
  return {
    embedding: embeddings.length === 0 ? null : meanEmbedding(embeddings),
    ownLikeness: embeddings.length < 3 ? null : median(embeddings.map((one, at) => cosine(one, meanEmbedding(embeddings.filter((_, other) => other !== at))))),
    skin: faces.length === 0 ? null : { lightness: rangeOf(faces.map(({ skin }) => skin[0])), hueDegrees: rangeOf(faces.map(skinHueDegrees)) },
    shape: shapes.length === 0 ? null : { points, farthest: Math.max(...shapes.map((shape) => shapeDistance(shape, points))) },
    apparentAgeYears: median(faces.flatMap(({ apparentAgeYears }) => apparentAgeYears ?? [])),
  };
}

/** Hue of the skin in the CIELAB plane: 0 is red, 90 yellow. */
export function skinHueDegrees({ skin: [, a, b] }: Pick<FaceMeasures, 'skin'>): number {
  return (Math.atan2(b, a) * 180) / Math.PI;
}

/** How far a value lies beyond a range: under 0 below it, over 0 above it. */
export function beyond(value: number, { least, most }: Pick<Range, 'least' | 'most'>): number {
  return value < least ? value - least : Math.max(0, value - most);
}

/** Null of none. */
export function median(values: readonly number[]): number | null {
  if (values.length === 0) return null;
  const sorted = [...values].sort((a, b) => a - b);
  const middle = (sorted.length - 1) / 2;
  return (sorted[Math.floor(middle)]! + sorted[Math.ceil(middle)]!) / 2;
}

function rangeOf(values: readonly number[]): Range {
  return { least: Math.min(...values), middle: median(values) ?? 0, most: Math.max(...values) };
}
