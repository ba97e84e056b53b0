/** @file How grainy a picture is. */
import { quantileOf } from './mesh-regions.ts';
import type { Plane } from './plane.ts';

const blockPx = 16;
/** Luma outside of which noise is cut off by black or white. */
const knownLuma = { from: 16, to: 239 } as const;
/** Blocks looked at along the longer side, at most. */
const mostBlocks = 64;

/**
 * Standard deviation of the noise, in steps of 0 to 255: the filter of Immerkaer (1996), which answers neither to flat nor to evenly shaded
 * areas, in blocks; of those the calmest fifth, so that hair and leaves do not count as grain.
 *
 * @param luma of the picture as it was taken: reducing a picture removes noise
 */
export function noiseLevel({ widthPx, heightPx, values }: Plane): number {
  const stride = Math.max(1, Math.floor(Math.max(widthPx, heightPx) / blockPx / mostBlocks)) * blockPx;
  const levels: number[] = [];
  for (let top = 1; top + blockPx < heightPx; top += stride) {
    for (let left = 1; left + blockPx < widthPx; left += stride) {
      let [sum, mean] = [0, 0];
      for (let y = top; y < top + blockPx; y++) {
        for (let x = left; x < left + blockPx; x++) {
          const at = y * widthPx + x;
          const [above, below] = [at - widthPx, at + widthPx];
          const cross = values[at - 1]! + values[at + 1]! + values[above]! + values[below]!;
          const corners = values[above - 1]! + values[above + 1]! + values[below - 1]! + values[below + 1]!;
          sum += Math.abs(4 * values[at]! - 2 * cross + corners);
          mean += values[at]!;
        }
      }
      mean /= blockPx ** 2;
      // Mean absolute value of a normal variable, and the filter's own gain of 6.
      if (mean > knownLuma.from && mean < knownLuma.to) levels.push((Math.sqrt(Math.PI / 2) * sum) / blockPx ** 2 / 6);
    }
  }
  return quantileOf(levels, 0.2);
}
