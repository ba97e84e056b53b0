/** @file Which square of a picture the embedder looks at: around the face, turned so that the eyes are level. */
import type { DetectedFace } from './face-detector.ts';
import type { PixelSize, SquareView } from './image.ts';

/** How much larger than the detected box the square is. */
export const faceMargin = 1.4;

/**
 * The square around a face.
 *
 * @param margin side of the square over the longer side of the detected box
 */
export function faceView(face: DetectedFace, size: PixelSize, margin: number = faceMargin): SquareView {
  const [left, top, right, bottom] = face.box;
  return {
    centreX: ((left + right) / 2) * size.widthPx,
    centreY: ((top + bottom) / 2) * size.heightPx,
    sidePx: Math.max((right - left) * size.widthPx, (bottom - top) * size.heightPx) * margin,
    angle: rollAngle(face, size),
  };
}

/** Clockwise tilt of the head in radians: 0 where the eyes are level. */
export function rollAngle({ keypoints: { rightEye, leftEye } }: DetectedFace, { widthPx, heightPx }: PixelSize): number {
  return Math.atan2((leftEye.y - rightEye.y) * heightPx, (leftEye.x - rightEye.x) * widthPx);
}
