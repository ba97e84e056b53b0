/** @file Whether open eyes show: something dark between two brighter places, the iris in the white, where the mesh puts the eyes. */
import { eyeOpening } from '../expression.ts';
import { meshPoint, type FaceLandmarks } from '../face-landmarks.ts';
import { medianOf } from './mesh-regions.ts';
import type { Plane } from './plane.ts';

/** The edges of the lids from the outer corner to the inner, without the corners, in pairs. */
const eyes: readonly { readonly upper: readonly number[]; readonly lower: readonly number[] }[] = [
  { upper: [246, 161, 160, 159, 158, 157, 173], lower: [7, 163, 144, 145, 153, 154, 155] },
  { upper: [466, 388, 387, 386, 385, 384, 398], lower: [249, 390, 373, 374, 380, 381, 382] },
];
/** Heights between the lids at which an eye is crossed. */
const crossings = [0.3, 0.5, 0.7] as const;
const samplesBetweenPoints = 6;
/** Opening of an eye over its width as it usually is. */
const usualOpening = 0.3;

/**
 * How clearly the eye that shows more is open: the depth of the dark place, in the logarithm of luma, times the opening that the mesh reads over the usual
 * one. The mesh alone does not do: on drawn lids it goes on reading 0.23 where the open eye had 0.30. A wink is no closed eye, hence the clearer of the two.
 *
 * @param luma of the picture
 * @returns from 0, which is closed; open eyes of data/people from 0.83
 */
export function eyesShown(luma: Plane, landmarks: FaceLandmarks): number {
  const depth = Math.max(
    ...eyes.map(({ upper, lower }) => medianOf(crossings.map((height) => valleyDepth(smooth(crossing(luma, landmarks, upper, lower, height)))))),
  );
  const { right, left } = eyeOpening(landmarks);
  const opening = Math.max(right, left);
  return Number.isFinite(opening) ? Math.min(10, (depth * opening) / usualOpening) : 0;
}

/** Luma from corner to corner, logarithmic; the edge's goes on outside of the picture. */
function crossing(
  { widthPx, heightPx, values }: Plane,
  landmarks: FaceLandmarks,
  upper: readonly number[],
  lower: readonly number[],
  height: number,
): number[] {
  const places = upper.map((point, at) => {
    const [[x0, y0], [x1, y1]] = [meshPoint(landmarks, point), meshPoint(landmarks, lower[at]!)];
    return [x0 + (x1 - x0) * height, y0 + (y1 - y0) * height] as const;
  });
  return places.slice(1).flatMap(([x1, y1], at) => {
    const [x0, y0] = places[at]!;
    return Array.from({ length: samplesBetweenPoints }, (_, step) => {
      const share = step / samplesBetweenPoints;
      const x = Math.min(widthPx - 1, Math.max(0, Math.floor(x0 + (x1 - x0) * share)));
      const y = Math.min(heightPx - 1, Math.max(0, Math.floor(y0 + (y1 - y0) * share)));
      return Math.log(8 + values[y * widthPx + x]!);
    });
  });
}

function smooth(values: readonly number[]): number[] {
  return values.map((value, at) => (value + (values[at - 1] ?? value) + (values[at + 1] ?? value)) / 3);
}

/** How far the deepest place of the middle lies below the highest on both its sides. */
function valleyDepth(values: readonly number[]): number {
  let deepest = 0;
  for (let at = Math.floor(0.2 * values.length); at < 0.8 * values.length; at++) {
    const before = Math.max(...values.slice(0, at));
    const after = Math.max(...values.slice(at + 1));
    deepest = Math.max(deepest, Math.min(before, after) - values[at]!);
  }
  return deepest;
}
