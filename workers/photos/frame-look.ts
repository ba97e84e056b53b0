/** @file What a frame of a video looks like from afar: enough to tell blur from sharpness and one moment from another. */
import type { RgbPicture } from '#models/pipelines/pixels.ts';

export interface FrameLook {
  /** Mean square of the Laplacian of the luma: comparable within one video only. */
  readonly sharpness: number;
  /** Mean luma, 0 to 255, of 16 x 16 parts, rows from the top. */
  readonly overview: Uint8Array;
}

const cells = 16;

/** Looks at every second pixel both ways. */
export function frameLook({ widthPx, heightPx, rgb }: RgbPicture): FrameLook {
  const luma = (x: number, y: number): number => {
    const at = (y * widthPx + x) * 3;
    return 0.299 * rgb[at]! + 0.587 * rgb[at + 1]! + 0.114 * rgb[at + 2]!;
  };
  const sums = new Float64Array(cells * cells);
  const counts = new Uint32Array(cells * cells);
  let [squares, looked] = [0, 0];
  for (let y = 1; y < heightPx - 1; y += 2) {
    for (let x = 1; x < widthPx - 1; x += 2) {
      const here = luma(x, y);
      const laplacian = luma(x - 1, y) + luma(x + 1, y) + luma(x, y - 1) + luma(x, y + 1) - 4 * here;
      squares += laplacian * laplacian;
      looked++;
      const cell = Math.floor((y * cells) / heightPx) * cells + Math.floor((x * cells) / widthPx);
      sums[cell] = sums[cell]! + here;
      counts[cell] = counts[cell]! + 1;
    }
  }
  return { sharpness: looked === 0 ? 0 : squares / looked, overview: Uint8Array.from(sums, (sum, cell) => sum / Math.max(1, counts[cell]!)) };
}

/** Mean difference of two overviews, 0 to 255. */
export function lookDifference(a: FrameLook, b: FrameLook): number {
  return a.overview.reduce((sum, value, cell) => sum + Math.abs(value - b.overview[cell]!), 0) / a.overview.length;
}
