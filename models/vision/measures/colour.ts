/** @file How colourful a picture is, and whether all of it is tinted. */
import type { RgbPicture } from '../../pipelines/pixels.ts';
import { labFromRgb } from '../backdrop.ts';

/** Samples along each side. */
const grid = 96;
/** Share of the samples that count as nearly neutral: those of the lowest chroma. */
const neutralShare = 0.25;
/** Lightness outside of which a pixel's hue is not known: 8 bits are too coarse or clipped. */
const knownLightness = { from: 12, to: 97 } as const;

/**
 * Mean chroma, and the mean a and b of the quarter of the pixels that come nearest to grey.
 *
 * A fair picture of people always holds something grey: hair, eyes, teeth, clothes, walls. Where even the greyest quarter is far from grey
 * in one direction, the light or the camera tinted the whole.
 */
export function colourMeasures({ widthPx, heightPx, rgb }: RgbPicture): { readonly chroma: number; readonly cast: readonly [a: number, b: number] } {
  const known: { a: number; b: number; chroma: number }[] = [];
  let [chromaSum, count] = [0, 0];
  for (let row = 0; row < grid; row++) {
    const y = Math.floor(((row + 0.5) * heightPx) / grid);
    for (let column = 0; column < grid; column++) {
      const at = (y * widthPx + Math.floor(((column + 0.5) * widthPx) / grid)) * 3;
      const [lightness, a, b] = labFromRgb(rgb[at]!, rgb[at + 1]!, rgb[at + 2]!);
      const chroma = Math.hypot(a, b);
      chromaSum += chroma;
      count++;
      if (lightness > knownLightness.from && lightness < knownLightness.to) known.push({ a, b, chroma });
    }
  }
  const neutral = known.sort((first, second) => first.chroma - second.chroma).slice(0, Math.ceil(known.length * neutralShare));
  const mean = (value: (pixel: { a: number; b: number }) => number): number =>
    neutral.reduce((sum, pixel) => sum + value(pixel), 0) / Math.max(1, neutral.length);
  return { chroma: chromaSum / count, cast: [mean(({ a }) => a), mean(({ b }) => b)] };
}
