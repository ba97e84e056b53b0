/** @file What the person before the camera should do next: pure, from what was measured on two frames. */
import type { GuideHint, GuideTarget } from '../contract/photos.ts';

type Box = readonly [number, number, number, number];

/** What is known of one frame. */
export interface GuideFrame {
  /** As shares of the frame, surest first, chin to hairline. */
  readonly faceBoxes: readonly Box[];
  /** CIELAB lightness of the surest face, 0 to 100. */
  readonly faceLightness: number | null;
  /** Degrees, over 0 to the right of the picture; null where the pose was not measured. */
  readonly yaw: number | null;
  readonly widthPx: number;
  readonly heightPx: number;
}

// A face from 0.3 to 0.75 of the frame's short side: below, 480 px leave the face fewer than 144; above, hair and chin leave the frame.
const smallestFace = 0.3;
const largestFace = 0.75;
/** The face's centre may be so far from the frame's, as a share. */
const offCentre = 0.2;
/** Between two frames, as a share of the face's height: more is motion that blurs. */
const stillness = 0.08;
// The range in which the checks take a photo is wider: the camera asks for a good one, the checks refuse a bad one.
const darkest = 35;
const brightest = 85;
/** Degrees: to the front at most the first; turned to a side between the two. */
const frontYaw = 10;
const sideYaw = 20;
const mostYaw = 45;

/**
 * The first thing to mend, the most basic first.
 *
 * @param before the frame before, or null for the first: then it cannot be said to be still
 */
export function guideHint(frame: GuideFrame, before: GuideFrame | null, target: GuideTarget): GuideHint {
  const box = frame.faceBoxes[0];
  if (box === undefined) return 'no-face';
  if (frame.faceBoxes.length > 1) return 'several-faces';
  if (frame.faceLightness !== null && frame.faceLightness < darkest) return 'more-light';
  if (frame.faceLightness !== null && frame.faceLightness > brightest) return 'less-light';
  const share = heightPx(box, frame) / Math.min(frame.widthPx, frame.heightPx);
  if (share < smallestFace) return 'closer';
  if (share > largestFace) return 'further-back';
  const [x, y] = centre(box);
  if (Math.abs(x - 0.5) > offCentre || Math.abs(y - 0.5) > offCentre) return 'to-the-middle';
  const turn = frame.yaw === null ? null : turnHint(frame.yaw, target);
  if (turn !== null) return turn;
  return isStill(frame, before) ? 'good' : 'hold-still';
}

/** The person's left is the right of a picture that is not mirrored. */
function turnHint(yaw: number, target: GuideTarget): GuideHint | null {
  const toTheirLeft = yaw;
  switch (target) {
    case 'any':
      return Math.abs(yaw) > mostYaw ? 'look-ahead' : null;
    case 'front':
      return Math.abs(yaw) > frontYaw ? 'look-ahead' : null;
    case 'left':
      return toTheirLeft < sideYaw ? 'turn-left' : toTheirLeft > mostYaw ? 'look-ahead' : null;
    case 'right':
      return toTheirLeft > -sideYaw ? 'turn-right' : toTheirLeft < -mostYaw ? 'look-ahead' : null;
  }
}

function isStill(frame: GuideFrame, before: GuideFrame | null): boolean {
  const [now, then] = [frame.faceBoxes[0], before?.faceBoxes[0]];
  if (now === undefined || then === undefined) return false;
  const [x, y] = centre(now);
  const [xBefore, yBefore] = centre(then);
  const movedPx = Math.hypot((x - xBefore) * frame.widthPx, (y - yBefore) * frame.heightPx);
  return movedPx <= stillness * heightPx(now, frame);
}

const centre = ([left, top, right, bottom]: Box): [number, number] => [(left + right) / 2, (top + bottom) / 2];
const heightPx = ([, top, , bottom]: Box, frame: GuideFrame): number => (bottom - top) * frame.heightPx;
