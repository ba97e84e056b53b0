/** @file The square of a picture that the embedder looks at. */
import type { DetectedFace } from './face-detector.ts';
import type { PixelSize, SquareView } from './image.ts';

/**
 * The square for the embedder, as multiples of the detected box. Chosen on data/people at 512, 192 and 128 px among sides of 1.1 to 1.8,
 * centred or raised: this one leaves the largest margin between the right person and the next.
 */
const embedderSquare = { side: 1.6, raise: 0.12 } as const;

/** The square around a face, turned so that the eyes are level; it may reach over the edge of the picture. */
export function faceView(face: DetectedFace, size: PixelSize): SquareView {
  const [left, top, right, bottom] = face.box;
  const boxPx = Math.max((right - left) * size.widthPx, (bottom - top) * size.heightPx);
  const angle = rollAngle(face, size);
  return {
    centreX: ((left + right) / 2) * size.widthPx + Math.sin(angle) * embedderSquare.raise * boxPx,
    centreY: ((top + bottom) / 2) * size.heightPx - Math.cos(angle) * embedderSquare.raise * boxPx,
    sidePx: boxPx * embedderSquare.side,
    angle,
  };
}

/** Clockwise tilt of the head in radians: 0 where the eyes are level. */
export function rollAngle({ keypoints: { rightEye, leftEye } }: DetectedFace, { widthPx, heightPx }: PixelSize): number {
  return Math.atan2((leftEye.y - rightEye.y) * heightPx, (leftEye.x - rightEye.x) * widthPx);
}
