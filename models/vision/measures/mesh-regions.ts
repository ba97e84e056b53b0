/** @file Places of a face by points of its mesh, and the pixels inside them. */
import type { RgbPicture } from '../../pipelines/pixels.ts';
import { labFromRgb, type LabColour } from '../backdrop.ts';
import { meshPoint, type FaceLandmarks } from '../face-landmarks.ts';

/** A polygon of mesh points, in order around its edge. */
export type MeshRegion = readonly number[];

/** Where skin shows on nearly everyone: above the brows below the hair, and the cheeks above a beard. Right and left are the person's own. */
export const skinRegions: Readonly<Record<'forehead' | 'rightCheek' | 'leftCheek', MeshRegion>> = {
  forehead: [104, 69, 108, 151, 337, 299, 333, 334, 296, 336, 9, 107, 66, 105],
  rightCheek: [117, 118, 101, 36, 205, 187, 123, 116],
  leftCheek: [346, 347, 330, 266, 425, 411, 352, 345],
};

/** Between and above the brows: free of beards, masks and most glasses, and below a fringe. */
export const browGapRegion: MeshRegion = [108, 151, 337, 336, 285, 417, 168, 193, 55, 107];

/** The hollow of each eye, from the brow's lower edge to the cheek. */
export const eyeRegions: Readonly<Record<'right' | 'left', MeshRegion>> = {
  right: [226, 31, 228, 229, 230, 231, 232, 233, 244, 189, 221, 222, 223, 224, 225, 113],
  left: [446, 261, 448, 449, 450, 451, 452, 453, 464, 413, 441, 442, 443, 444, 445, 342],
};

/** From under the nose and along the jaw. */
export const lowerFaceRegion: MeshRegion = [2, 326, 425, 416, 397, 365, 379, 378, 400, 377, 152, 148, 176, 149, 150, 136, 172, 192, 205, 97];

/**
 * Colours of the pixels whose centre lies inside a region and the picture, on a grid that gives about `most` of them.
 *
 * @returns CIELAB; empty where the region lies outside the picture or has no area
 */
export function regionColours(picture: RgbPicture, landmarks: FaceLandmarks, region: MeshRegion, most = 800): LabColour[] {
  const { widthPx, rgb } = picture;
  return regionPixels(picture, landmarks, region, most).map(([x, y]) => {
    const at = (y * widthPx + x) * 3;
    return labFromRgb(rgb[at]!, rgb[at + 1]!, rgb[at + 2]!);
  });
}

/** Whole pixels inside a region and the picture. */
export function regionPixels(
  { widthPx, heightPx }: { readonly widthPx: number; readonly heightPx: number },
  landmarks: FaceLandmarks,
  region: MeshRegion,
  most: number,
): [x: number, y: number][] {
  const corners = region.map((point) => meshPoint(landmarks, point));
  const [left, right] = [Math.min(...corners.map(([x]) => x)), Math.max(...corners.map(([x]) => x))];
  const [top, bottom] = [Math.min(...corners.map(([, y]) => y)), Math.max(...corners.map(([, y]) => y))];
  const step = Math.max(1, Math.sqrt(((right - left) * (bottom - top)) / most));
  const pixels: [number, number][] = [];
  for (let y = Math.max(0, top); y < Math.min(heightPx, bottom); y += step) {
    for (let x = Math.max(0, left); x < Math.min(widthPx, right); x += step) {
      if (isInside(corners, x, y)) pixels.push([Math.floor(x), Math.floor(y)]);
    }
  }
  return pixels;
}

/** Even-odd rule. */
function isInside(corners: readonly (readonly [number, number, number])[], x: number, y: number): boolean {
  let inside = false;
  for (let i = 0, j = corners.length - 1; i < corners.length; j = i++) {
    const [[xi, yi], [xj, yj]] = [corners[i]!, corners[j]!];
    if (yi > y !== yj > y && x < ((xj - xi) * (y - yi)) / (yj - yi) + xi) inside = !inside;
  }
  return inside;
}

/** The middle value; 0 of none. */
export function medianOf(values: readonly number[]): number {
  return quantileOf(values, 0.5);
}

/** The value below which this share of the values lies; 0 of none. */
export function quantileOf(values: readonly number[], share: number): number {
  const sorted = Float32Array.from(values).sort();
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
}
