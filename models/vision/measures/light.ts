/** @file How much light is on a face or in a picture, and from which side it comes. */
import type { RgbPicture } from '../../pipelines/pixels.ts';
import { labFromRgb } from '../backdrop.ts';
import type { FaceBox } from '../face-detector.ts';
import type { LightMeasures } from '../photo-measures.ts';

/** Samples along each side: 4,096 pixels tell means to half a step of lightness, at any size of picture. */
const grid = 64;
/** CIELAB lightness below and above which 8 bits hold no detail (12 and 250 of 255). */
const darkest = 3;
const brightest = 98;

/**
 * Light inside a box; a face's should go from brows to chin, so that hair and backdrop stay out.
 *
 * @param box shares of the picture; the whole picture where none is given. Zeros where it lies outside
 */
export function lightMeasures({ widthPx, heightPx, rgb }: RgbPicture, [left, top, right, bottom]: FaceBox = [0, 0, 1, 1]): LightMeasures {
  const halves = { sums: [0, 0] as [number, number], counts: [0, 0] as [number, number] };
  let [dark, bright] = [0, 0];
  for (let row = 0; row < grid; row++) {
    const y = Math.floor((top + ((bottom - top) * (row + 0.5)) / grid) * heightPx);
    for (let column = 0; column < grid; column++) {
      const x = Math.floor((left + ((right - left) * (column + 0.5)) / grid) * widthPx);
      if (x < 0 || y < 0 || x >= widthPx || y >= heightPx) continue;
      const at = (y * widthPx + x) * 3;
      const [lightness] = labFromRgb(rgb[at]!, rgb[at + 1]!, rgb[at + 2]!);
      const half = column < grid / 2 ? 0 : 1;
      halves.sums[half] += lightness;
      halves.counts[half]++;
      if (lightness < darkest) dark++;
      if (lightness > brightest) bright++;
    }
  }
  const count = Math.max(1, halves.counts[0] + halves.counts[1]);
  const [leftMean, rightMean] = [halves.sums[0] / Math.max(1, halves.counts[0]), halves.sums[1] / Math.max(1, halves.counts[1])];
  return {
    meanLightness: (halves.sums[0] + halves.sums[1]) / count,
    darkShare: dark / count,
    brightShare: bright / count,
    sideDifference: halves.counts[0] === 0 || halves.counts[1] === 0 ? 0 : leftMean - rightMean,
  };
}
