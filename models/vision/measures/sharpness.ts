/** @file How finely a face is drawn, whatever the size of the picture. */
import type { FaceBox } from '../face-detector.ts';
import { quantileOf } from './mesh-regions.ts';
import { blurPlane, resamplePlane, type Plane } from './plane.ts';

/** Height in pixels at which faces are looked at; larger ones are reduced, smaller ones stay. */
const faceHeightPx = 192;
/** The two blurs between which edges are compared. The first drowns noise and the grid of JPEG. */
const sigmas = [0.8, 1.6] as const;
/** Share of the pixels that count as edges: lashes, brows, nostrils, lips. */
const edgeShare = 0.04;
/** A blur of this share of the face's height counts a half. */
const halfBlur = 0.008;

/**
 * Blur of the face's edges as a standard deviation over its height.
 *
 * A step that was blurred by s has a slope in proportion to 1 / s. Blurred again by two known amounts, the ratio of its two slopes gives s, whatever
 * its contrast (Zhuo and Sim 2011, Defocus map estimation from a single image). Of the strongest edges the sharper quarter decides: a face
 * in focus has soft shadows too.
 *
 * @param luma of the picture
 * @param box  brows to chin, shares of the picture
 * @returns 0 to 0.1
 */
export function edgeBlur(luma: Plane, [left, top, right, bottom]: FaceBox): number {
  const [width, height] = [(right - left) * luma.widthPx, (bottom - top) * luma.heightPx];
  if (!(width >= 8 && height >= 8)) return 0.1;
  const scale = Math.min(1, faceHeightPx / height);
  const columns = Math.round(width * scale);
  const rows = Math.round(height * scale);
  const face = resamplePlane(luma, { left: left * luma.widthPx, top: top * luma.heightPx, width, height }, columns, rows);
  const [fine, coarse] = sigmas.map((sigma) => slopes(blurPlane(face, sigma))) as [Float32Array, Float32Array];
  const threshold = Math.max(1, quantileOf(Array.from(coarse), 1 - edgeShare));
  const ratios: number[] = [];
  coarse.forEach((slope, at) => {
    if (slope >= threshold) ratios.push(fine[at]! / slope);
  });
  if (ratios.length === 0) return 0.1;
  const ratio = quantileOf(ratios, 0.75);
  // fine / coarse = sqrt((s^2 + sigma1^2) / (s^2 + sigma0^2)), solved for s; a thin line gives more than a step can, and counts as sharp.
  const variance = ratio <= 1 ? Infinity : (sigmas[1] ** 2 - ratio ** 2 * sigmas[0] ** 2) / (ratio ** 2 - 1);
  return Math.min(0.1, Math.sqrt(Math.max(0, variance)) / rows);
}

/** 0 to 1, higher is sharper: 1 without any blur, a half at a blur of 0.8 % of the face's height. */
export function sharpness(luma: Plane, box: FaceBox): number {
  return halfBlur / (halfBlur + edgeBlur(luma, box));
}

/** Steepness at every pixel, by central differences; 0 at the edge. */
function slopes({ widthPx, heightPx, values }: Plane): Float32Array {
  const result = new Float32Array(values.length);
  for (let y = 1; y < heightPx - 1; y++) {
    for (let x = 1; x < widthPx - 1; x++) {
      const at = y * widthPx + x;
      result[at] = Math.hypot(values[at + 1]! - values[at - 1]!, values[at + widthPx]! - values[at - widthPx]!) / 2;
    }
  }
  return result;
}
