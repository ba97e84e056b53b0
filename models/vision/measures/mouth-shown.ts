/** @file Whether a mouth shows where the mesh puts one: a mask or a hand before it may be of any colour, but it has no lips. */
import type { RgbPicture } from '../../pipelines/pixels.ts';
import { labFromRgb } from '../backdrop.ts';
import { meshPoint, type FaceLandmarks } from '../face-landmarks.ts';
import { medianOf, quantileOf } from './mesh-regions.ts';

/** Ways down across the lips, from below the nose to the chin, as pairs of mesh points. */
const ways: readonly (readonly [from: number, to: number])[] = [
  [164, 18],
  [165, 83],
  [391, 313],
  [92, 182],
  [322, 406],
];
const samplesOnWay = 40;
/** Chroma below which the direction of a colour is chance. */
const leastChroma = 5;
/** What stands for the redness of lips in a picture without colours: that of a fair photo. */
const usualRedness = 0.2;
/** Product of contrast and redness that counts a half. Good photos of data/people from 0.075, hands up to 0.027: see models/checks/README.md. */
const halfShown = 0.033;

/**
 * Contrast of the lips and the line between them, times how much redder they are than the skin above and below. Either alone is not enough: folds and the gaps between
 * fingers have contrast, and prints have colours.
 *
 * @param skinChroma CIELAB chroma of the face's skin; below 4 the picture has no colours to go by
 * @returns from 0: the range of the logarithm of luma, times the range of the share of red in the colour
 */
export function mouthShown(picture: RgbPicture, landmarks: FaceLandmarks, skinChroma: number): number {
  const contrasts: number[] = [];
  const reds: number[] = [];
  for (const [from, to] of ways) {
    const pixels = wayPixels(picture, landmarks, from, to);
    const lumas = pixels.map(([red, green, blue]) => Math.log(8 + 0.299 * red + 0.587 * green + 0.114 * blue));
    const shares = pixels.map((pixel) => {
      const [, a, b] = labFromRgb(...pixel);
      return a / Math.max(leastChroma, Math.hypot(a, b));
    });
    contrasts.push(quantileOf(lumas, 0.95) - quantileOf(lumas, 0.05));
    reds.push(quantileOf(shares, 0.9) - quantileOf(shares, 0.1));
  }
  return medianOf(contrasts) * (skinChroma < 4 ? usualRedness : medianOf(reds));
}

/** How surely no mouth shows, 0 to 1. */
export function mouthHidden(picture: RgbPicture, landmarks: FaceLandmarks, skinChroma: number): number {
  return halfShown ** 2 / (halfShown ** 2 + mouthShown(picture, landmarks, skinChroma) ** 2);
}

/** The pixels on a way between two points of the mesh; the edge's go on outside of the picture. */
function wayPixels({ widthPx, heightPx, rgb }: RgbPicture, landmarks: FaceLandmarks, from: number, to: number): [number, number, number][] {
  const [[x0, y0], [x1, y1]] = [meshPoint(landmarks, from), meshPoint(landmarks, to)];
  return Array.from({ length: samplesOnWay }, (_, step) => {
    const share = step / (samplesOnWay - 1);
    const x = Math.min(widthPx - 1, Math.max(0, Math.floor(x0 + (x1 - x0) * share)));
    const y = Math.min(heightPx - 1, Math.max(0, Math.floor(y0 + (y1 - y0) * share)));
    const at = (y * widthPx + x) * 3;
    return [rgb[at]!, rgb[at + 1]!, rgb[at + 2]!];
  });
}
