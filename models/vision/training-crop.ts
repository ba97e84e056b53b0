/** @file Which square of a photo a likeness is learned from: framed as the model's own portraits are, never inventing pixels. */
import type { FaceBox } from './face-detector.ts';
import type { ImageSize, PixelRectangle } from './image.ts';

export interface TrainingCropOptions {
  /** Height of the face (chin to hairline) over the side of the square; `portraits-cg` has 0.37 to 0.53, median 0.44. */
  readonly faceHeight: number;
  /** Where the face's middle lies, from the top of the square: portraits leave more room below, for the shoulders. */
  readonly faceMiddle: number;
}

export const defaultTrainingCrop: TrainingCropOptions = { faceHeight: 0.44, faceMiddle: 0.45 };

/**
 * The square to train on. Where the photo is too small for the wanted frame the square shrinks, and it is moved rather than let over the edge.
 *
 * @param face shares of the photo, chin to hairline high; null takes the middle of the photo, a little above its centre
 * @returns whole pixels inside the photo; width equals height
 */
export function trainingCrop({ width, height }: ImageSize, face: FaceBox | null, options: TrainingCropOptions = defaultTrainingCrop): PixelRectangle {
  const longest = Math.min(width, height);
  if (face === null) return clamped(longest, width / 2, height * 0.45 - longest * 0.05 + longest * 0.05, 0.5, { width, height });
  const faceHeightPx = (face[3] - face[1]) * height;
  const side = Math.max(1, Math.min(longest, Math.round(faceHeightPx / options.faceHeight)));
  return clamped(side, ((face[0] + face[2]) / 2) * width, ((face[1] + face[3]) / 2) * height, options.faceMiddle, { width, height });
}

function clamped(side: number, centreX: number, faceY: number, faceMiddle: number, { width, height }: ImageSize): PixelRectangle {
  const within = (start: number, room: number): number => Math.min(Math.max(0, Math.round(start)), room - side);
  return { x: within(centreX - side / 2, width), y: within(faceY - side * faceMiddle, height), width: side, height: side };
}
