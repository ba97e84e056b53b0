/** @file Faces as directions: the embedder's input and what its numbers mean. */
import { AppError } from '../errors/app-error.ts';
import type { RgbPicture } from '../pipelines/pixels.ts';
import { tensor, type Tensor } from '../tensor/tensor.ts';
import { channelMeans, faceresInputSize } from './faceres.ts';
import { sampleSquare, type SquareView } from './image.ts';

/** A face as a vector of length 1, so that the dot product of two is their cosine. */
export type FaceEmbedding = Float32Array;

/**
 * The embedder's input, float32 [1, 3, 224, 224]; outside the picture is black.
 *
 * Blue, green, red less the means, as its authors trained it. The package its weights come from feeds plain RGB instead, which works,
 * but tells people less clearly apart: on data/people reduced to 192 px the smallest margin between the right person and the
 * next is 0.238 this way and 0.190 that way.
 */
export function embedderInput(picture: RgbPicture, view: SquareView): Tensor<'float32'> {
  const rgb = sampleSquare(picture, view, faceresInputSize, { scale: 1, offset: 0, border: 0 });
  const area = faceresInputSize * faceresInputSize;
  const planes = Float32Array.from(rgb, (_, i) => rgb[(2 - Math.floor(i / area)) * area + (i % area)]! - channelMeans[Math.floor(i / area) as 0 | 1 | 2]);
  return tensor('float32', [1, 3, faceresInputSize, faceresInputSize], planes);
}

/** The same direction at length 1; a new array. A vector of zeros stays one. */
export function normalise(vector: ArrayLike<number>): FaceEmbedding {
  let squares = 0;
  for (let i = 0; i < vector.length; i++) squares += vector[i]! ** 2;
  const scale = squares === 0 ? 0 : 1 / Math.sqrt(squares);
  return Float32Array.from({ length: vector.length }, (_, i) => vector[i]! * scale);
}

/**
 * How alike two faces are: 1 is the same direction. FaceRes embeddings are never negative, so strangers lie near 0.5, not near 0.
 *
 * @throws {AppError} `shape-mismatch` if the lengths differ
 */
export function cosine(a: FaceEmbedding, b: FaceEmbedding): number {
  if (a.length !== b.length) throw new AppError('shape-mismatch', { message: `embeddings of ${a.length} and ${b.length} numbers` });
  let [dot, squaresA, squaresB] = [0, 0, 0];
  for (let i = 0; i < a.length; i++) {
    dot += a[i]! * b[i]!;
    squaresA += a[i]! ** 2;
    squaresB += b[i]! ** 2;
  }
  return squaresA === 0 || squaresB === 0 ? 0 : dot / Math.sqrt(squaresA * squaresB);
}

/**
 * The direction between several faces of one person.
 *
 * @throws {AppError} `face-missing` if there are none
 */
export function meanEmbedding(embeddings: readonly FaceEmbedding[]): FaceEmbedding {
  const first = embeddings[0];
  if (first === undefined) throw new AppError('face-missing', { message: 'no face to average' });
  return normalise(Float32Array.from(first, (_, i) => embeddings.reduce((sum, embedding) => sum + embedding[i]!, 0)));
}

/**
 * Age that the belief over years points to: the mean over the likeliest year and its neighbours.
 *
 * @param belief [100], the share of belief in each year; index 0 is one year old
 * @returns years
 */
export function apparentAge(belief: ArrayLike<number>): number {
  let likeliest = 0;
  for (let year = 1; year < belief.length; year++) if (belief[year]! > belief[likeliest]!) likeliest = year;
  let [sum, total] = [0, 0];
  for (let year = Math.max(0, likeliest - 2); year <= Math.min(belief.length - 1, likeliest + 2); year++) {
    sum += (year + 1) * belief[year]!;
    total += belief[year]!;
  }
  return sum / total;
}
