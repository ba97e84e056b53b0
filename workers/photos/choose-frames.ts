/** @file Which frames of a video to offer: sharp ones, with a face, each different from the others. Pure. */
import { type FrameLook, lookDifference } from './frame-look.ts';

/** What was measured on one frame. */
export interface FrameCandidate extends FrameLook {
  readonly seconds: number;
  /** Of the one face, degrees; null where there is none or more than one. Undefined where nobody could look. */
  readonly pose: { readonly yaw: number; readonly pitch: number } | null | undefined;
}

/** A frame with less of the sharpness of the video's median frame is blurred by motion. */
const leastShareOfMedian = 0.5;
/** Two frames nearer than this (see `distance`) are the same picture. */
const leastDistance = 0.35;
/** What counts as one step of difference: a turn that another photo would show, and a change of the whole picture. */
const poseStepDegrees = 12;
const lookStep = 14;

/**
 * Begins with the sharpest frame and adds, again and again, the one farthest from all chosen before (farthest-point sampling), sharper ones preferred.
 * Frames without exactly one face are left out, where faces were looked for and any were found.
 *
 * @returns indices into `candidates`, in the order of the video
 */
export function chooseFrames(candidates: readonly FrameCandidate[], most: number): number[] {
  const sharpnesses = candidates.map(({ sharpness }) => sharpness).sort((a, b) => a - b);
  const median = sharpnesses[sharpnesses.length >> 1] ?? 0;
  const all = candidates.map((_, index) => index);
  const withFace = all.filter((index) => candidates[index]!.pose !== null);
  const sharp = withFace.filter((index) => candidates[index]!.sharpness >= leastShareOfMedian * median);
  const chosen: number[] = [];
  const left = new Set(sharp);
  while (chosen.length < most && left.size > 0) {
    let [best, bestValue] = [-1, -Infinity];
    for (const index of left) {
      const candidate = candidates[index]!;
      const nearest = chosen.reduce((least, other) => Math.min(least, distance(candidate, candidates[other]!)), Infinity);
      if (nearest < leastDistance) {
        left.delete(index); // It only comes nearer with every frame chosen.
        continue;
      }
      const sharpShare = Math.sqrt(candidate.sharpness / Math.max(median, 1e-9));
      const value = chosen.length === 0 ? sharpShare : nearest * Math.min(1.5, sharpShare);
      if (value > bestValue) [best, bestValue] = [index, value];
    }
    if (best < 0) break;
    chosen.push(best);
    left.delete(best);
  }
  return chosen.sort((a, b) => a - b);
}

/** Steps between two frames: of the head's turn and of the picture. */
function distance(a: FrameCandidate, b: FrameCandidate): number {
  const look = lookDifference(a, b) / lookStep;
  if (a.pose === null || b.pose === null || a.pose === undefined || b.pose === undefined) return look;
  return Math.hypot((a.pose.yaw - b.pose.yaw) / poseStepDegrees, (a.pose.pitch - b.pose.pitch) / poseStepDegrees, look);
}
