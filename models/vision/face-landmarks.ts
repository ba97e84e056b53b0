/** @file Around the face mesh: the square it looks at, and its points back on the picture. */
import type { RgbPicture } from '../pipelines/pixels.ts';
import { tensor, type Tensor } from '../tensor/tensor.ts';
import { rollAngle } from './face-alignment.ts';
import type { DetectedFace } from './face-detector.ts';
import { faceMeshInputSize, meshPointCount } from './face-mesh.ts';
import { sampleSquare, type PixelSize, type SquareView } from './image.ts';

/** The mesh of one face. */
export interface FaceLandmarks {
  /**
   * float32 [468, 3]: x and y in pixels of the picture, and the depth in the same unit, nearer is lower; its zero is the middle of the head.
   * Numbered as MediaPipe does: see `meshPoints` for those that are named.
   */
  readonly points: Float32Array;
  /** 0 to 1: how surely there is a face in the square that was looked at. */
  readonly presence: number;
}

/** Points by name, from the person's own side. Upper and lower lids in pairs, from the outer to the inner corner. */
export const meshPoints = {
  rightEye: { outer: 33, inner: 133, upper: [160, 159, 158], lower: [144, 145, 153] },
  leftEye: { outer: 263, inner: 362, upper: [387, 386, 385], lower: [373, 374, 380] },
  mouth: { right: 61, left: 291, innerRight: 78, innerLeft: 308, innerUpper: 13, innerLower: 14, upper: 0, lower: 17 },
  noseTip: 1,
  chin: 152,
  foreheadTop: 10,
  rightCheek: 50,
  leftCheek: 280,
  rightSide: 234,
  leftSide: 454,
} as const;

/** MediaPipe enlarges the detected box by this before it looks for the mesh. */
const meshSquare = 1.5;

/** The square for the mesh: around the detected box, the eyes level. */
export function meshView(face: DetectedFace, size: PixelSize): SquareView {
  const [left, top, right, bottom] = face.box;
  return {
    centreX: ((left + right) / 2) * size.widthPx,
    centreY: ((top + bottom) / 2) * size.heightPx,
    sidePx: Math.max((right - left) * size.widthPx, (bottom - top) * size.heightPx) * meshSquare,
    angle: rollAngle(face, size),
  };
}

/** @returns float32 [1, 3, 192, 192] in 0 to 1; outside the picture is black */
export function meshInput(picture: RgbPicture, view: SquareView): Tensor<'float32'> {
  const planes = sampleSquare(picture, view, faceMeshInputSize, { scale: 1 / 255, offset: 0, border: 0 });
  return tensor('float32', [1, 3, faceMeshInputSize, faceMeshInputSize], planes);
}

/**
 * The net's answer on the picture.
 *
 * @param points   float32 [1, 1404], in pixels of the input
 * @param presence float32 [1, 1]
 * @param view     what the input showed
 */
export function landmarksFromMesh(points: Tensor, presence: Tensor, view: SquareView): FaceLandmarks {
  const scale = view.sidePx / faceMeshInputSize;
  const [cos, sin] = [Math.cos(view.angle), Math.sin(view.angle)];
  const result = new Float32Array(3 * meshPointCount);
  for (let i = 0; i < result.length; i += 3) {
    const right = (Number(points.data[i]) - faceMeshInputSize / 2) * scale;
    const down = (Number(points.data[i + 1]) - faceMeshInputSize / 2) * scale;
    result[i] = view.centreX + right * cos - down * sin;
    result[i + 1] = view.centreY + right * sin + down * cos;
    result[i + 2] = Number(points.data[i + 2]) * scale;
  }
  return { points: result, presence: Number(presence.data[0]) };
}

/** One point: x, y and depth in pixels of the picture. */
export function meshPoint({ points }: FaceLandmarks, index: number): readonly [x: number, y: number, depth: number] {
  return [points[3 * index]!, points[3 * index + 1]!, points[3 * index + 2]!];
}
