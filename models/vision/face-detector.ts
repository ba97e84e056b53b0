/** @file Around BlazeFace: picture to input, anchors to boxes, overlapping boxes to faces. */
import type { RgbPicture } from '../pipelines/pixels.ts';
import { tensor, type Tensor } from '../tensor/tensor.ts';
import { anchorGrids, blazefaceInputSize, valuesPerAnchor } from './blazeface.ts';
import { sampleSquare, type PixelSize, type SquareView } from './image.ts';

/** A place as shares of the picture's width and height; slightly outside 0 to 1 for faces at the edge. */
export interface SharePoint {
  readonly x: number;
  readonly y: number;
}

/** [left, top, right, bottom] as shares of the picture. */
export type FaceBox = readonly [number, number, number, number];

/** What the detector marks, named from the person's own side. */
export const keypointNames = ['rightEye', 'leftEye', 'noseTip', 'mouth', 'rightEar', 'leftEar'] as const;
export type KeypointName = (typeof keypointNames)[number];

export interface DetectedFace {
  /** From about the brows to the chin: BlazeFace leaves the forehead out. */
  readonly box: FaceBox;
  readonly keypoints: Readonly<Record<KeypointName, SharePoint>>;
  /** 0 to 1. */
  readonly score: number;
}

export interface DetectionOptions {
  /** What the surest face of a picture must reach. */
  readonly minScore: number;
  /** What every further face must reach. */
  readonly minFurtherScore: number;
  /** Boxes that share more than this of their union are the same face. */
  readonly sameFaceOverlap: number;
}

// On the 144 photos of data/people at 512, 192 and 128 px every true face scores 0.75 or more and no painted backdrop over 0.72;
// looking closer does not tell them apart (blurred lights reach 0.97 when enlarged).
export const defaultDetection: DetectionOptions = { minScore: 0.5, minFurtherScore: 0.75, sameFaceOverlap: 0.3 };

/**
 * The detector's input for one square view of a picture.
 *
 * @returns float32 [1, 3, 256, 256] in [-1, 1]; outside the picture is mid-grey
 */
export function detectorInput(picture: RgbPicture, view: SquareView): Tensor<'float32'> {
  const planes = sampleSquare(picture, view, blazefaceInputSize, { scale: 2 / 255, offset: -1, border: 127.5 });
  return tensor('float32', [1, 3, blazefaceInputSize, blazefaceInputSize], planes);
}

/** The view that holds the whole picture, with an edge around it when `margin` is over 1. */
export function wholeView({ widthPx, heightPx }: PixelSize, margin = 1): SquareView {
  return { centreX: widthPx / 2, centreY: heightPx / 2, sidePx: Math.max(widthPx, heightPx) * margin, angle: 0 };
}

/**
 * Turns the detector's outputs into boxes, one for each anchor over the threshold.
 *
 * @param scores float32 [1, 896, 1], logits
 * @param boxes  float32 [1, 896, 16], in pixels of the input
 * @param view   what the input showed; boxes of a turned view are grown to stand level
 * @param size   of the picture
 */
export function decodeFaces(scores: Tensor, boxes: Tensor, view: SquareView, size: PixelSize, options: DetectionOptions): DetectedFace[] {
  const faces: DetectedFace[] = [];
  const [cos, sin] = [Math.cos(view.angle), Math.sin(view.angle)];
  let anchor = 0;
  for (const { cells, anchorsPerCell } of anchorGrids) {
    for (let cell = 0; cell < cells * cells; cell++) {
      const centreX = ((cell % cells) + 0.5) / cells;
      const centreY = (Math.floor(cell / cells) + 0.5) / cells;
      for (let i = 0; i < anchorsPerCell; i++, anchor++) {
        const score = 1 / (1 + Math.exp(-Number(scores.data[anchor])));
        if (score < options.minScore) continue;
        const value = (index: number): number => Number(boxes.data[anchor * valuesPerAnchor + index]) / blazefaceInputSize;
        const place = (x: number, y: number): SharePoint => {
          const [right, down] = [(centreX + x - 0.5) * view.sidePx, (centreY + y - 0.5) * view.sidePx];
          return { x: (view.centreX + right * cos - down * sin) / size.widthPx, y: (view.centreY + right * sin + down * cos) / size.heightPx };
        };
        const corners = [-0.5, 0.5].flatMap((across) => [-0.5, 0.5].map((along) => place(value(0) + across * value(2), value(1) + along * value(3))));
        const [xs, ys] = [corners.map(({ x }) => x), corners.map(({ y }) => y)];
        const box: FaceBox = [Math.min(...xs), Math.min(...ys), Math.max(...xs), Math.max(...ys)];
        const keypoints = keypointNames.map((name, k) => [name, place(value(4 + 2 * k), value(5 + 2 * k))] as const);
        faces.push({ score, box, keypoints: Object.fromEntries(keypoints) as DetectedFace['keypoints'] });
      }
    }
  }
  return faces;
}

/** Shared area over joint area, 0 to 1. */
export function overlap(a: FaceBox, b: FaceBox): number {
  const width = Math.min(a[2], b[2]) - Math.max(a[0], b[0]);
  const height = Math.min(a[3], b[3]) - Math.max(a[1], b[1]);
  if (width <= 0 || height <= 0) return 0;
  return (width * height) / (boxArea(a) + boxArea(b) - width * height);
}

/** Area as a share of the picture. */
export function boxArea(box: FaceBox): number {
  return (box[2] - box[0]) * (box[3] - box[1]);
}

/**
 * Merges boxes of the same face, each counting as much as it is sure (MediaPipe's weighted non-maximum suppression).
 *
 * @returns surest first
 */
export function mergeFaces(candidates: readonly DetectedFace[], { minFurtherScore, sameFaceOverlap }: DetectionOptions): DetectedFace[] {
  let left = [...candidates].sort((a, b) => b.score - a.score);
  const faces: DetectedFace[] = [];
  while (left.length > 0) {
    const surest = left[0]!;
    const same = left.filter((face) => face === surest || overlap(face.box, surest.box) > sameFaceOverlap);
    left = left.filter((face) => !same.includes(face));
    faces.push(averageFace(same, surest.score));
  }
  return faces.filter((face, index) => index === 0 || face.score >= minFurtherScore);
}

function averageFace(faces: readonly DetectedFace[], score: number): DetectedFace {
  const total = faces.reduce((sum, face) => sum + face.score, 0);
  const mean = (pick: (face: DetectedFace) => number): number => faces.reduce((sum, face) => sum + face.score * pick(face), 0) / total;
  const box: FaceBox = [mean((face) => face.box[0]), mean((face) => face.box[1]), mean((face) => face.box[2]), mean((face) => face.box[3])];
  const keypoints = keypointNames.map((name) => [name, { x: mean((face) => face.keypoints[name].x), y: mean((face) => face.keypoints[name].y) }] as const);
  return { score, box, keypoints: Object.fromEntries(keypoints) as DetectedFace['keypoints'] };
}
