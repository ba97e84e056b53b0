/** @file The best frame of a burst: the one with the most detail in the face. Pure. */

/** Pixels as a canvas gives them. */
export interface FramePixels {
  readonly width: number;
  readonly height: number;
  /** RGBA. */
  readonly data: Uint8ClampedArray;
}

/**
 * Mean squared Laplacian of the green channel inside a box: falls with focus and with motion.
 *
 * @param box shares of the frame; null for all of it
 * @see Pertuz et al. 2013, "Analysis of focus measure operators", LAPE
 */
export function frameDetail({ width, height, data }: FramePixels, box: readonly [number, number, number, number] | null): number {
  const [left, top, right, bottom] = box ?? [0, 0, 1, 1];
  const green = (x: number, y: number): number => data[(y * width + x) * 4 + 1] ?? 0;
  let sum = 0;
  let count = 0;
  for (let y = Math.max(1, Math.floor(top * height)); y < Math.min(height - 1, bottom * height); y += 1) {
    for (let x = Math.max(1, Math.floor(left * width)); x < Math.min(width - 1, right * width); x += 1) {
      sum += (4 * green(x, y) - green(x - 1, y) - green(x + 1, y) - green(x, y - 1) - green(x, y + 1)) ** 2;
      count += 1;
    }
  }
  return count === 0 ? 0 : sum / count;
}

/** Index of the frame with the most detail; the first among equals. */
export function sharpestFrame(frames: readonly FramePixels[], box: readonly [number, number, number, number] | null): number {
  const details = frames.map((frame) => frameDetail(frame, box));
  return details.indexOf(Math.max(...details));
}
