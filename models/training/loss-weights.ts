/** @file Where a training picture counts: fully on the face, less on clothes, little on the room behind. */
import type { Shape } from '../tensor/shape.ts';

/** A box as shares of the picture, [left, top, right, bottom]. */
export type FaceBox = readonly [number, number, number, number];

export interface LossWeightOptions {
  /** Relative weight of the face and hair, of the body below, and of the rest. */
  readonly face: number;
  readonly body: number;
  readonly background: number;
}

// The likeness must not learn the sofa behind a person, yet a weight of zero lets the room drift into noise.
export const defaultLossWeights: LossWeightOptions = { face: 1, body: 0.25, background: 0.05 };

/**
 * Weights of the squared error per latent pixel, with mean 1 so that the learning rate keeps its meaning.
 *
 * @param size    [height, width] in latent pixels
 * @param faceBox chin to forehead; null weighs everything alike
 * @returns float32 [height * width], owned by the caller
 */
export function faceLossWeights(size: Shape, faceBox: FaceBox | null, options: LossWeightOptions = defaultLossWeights): Float32Array {
  const [height, width] = size as [number, number];
  const weights = new Float32Array(height * width).fill(1);
  if (faceBox === null) return weights;
  const [left, top, right, bottom] = faceBox;
  const [faceWidth, faceHeight] = [right - left, bottom - top];
  const [centerX, centerY] = [(left + right) / 2, (top + bottom) / 2 - 0.1 * faceHeight]; // hair reaches above the box
  for (let row = 0; row < height; row++) {
    for (let column = 0; column < width; column++) {
      const x = (column + 0.5) / width;
      const y = (row + 0.5) / height;
      const distance = Math.hypot((x - centerX) / (0.75 * faceWidth), (y - centerY) / (0.8 * faceHeight));
      const below = y > centerY + 0.5 * faceHeight && Math.abs(x - centerX) < 1.4 * faceWidth;
      const outside = below ? options.body : options.background;
      weights[row * width + column] = outside + (options.face - outside) * softStep(distance);
    }
  }
  return scaledToMeanOne(weights);
}

/** 1 inside distance 1, falling smoothly to 0 at distance 1.4. */
function softStep(distance: number): number {
  const t = Math.min(1, Math.max(0, (1.4 - distance) / 0.4));
  return t * t * (3 - 2 * t);
}

function scaledToMeanOne(weights: Float32Array): Float32Array {
  const mean = weights.reduce((sum, weight) => sum + weight, 0) / weights.length;
  return weights.map((weight) => weight / mean);
}
