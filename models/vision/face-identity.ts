/** @file Who a face is, by dlib's net: the square it looks at, its numbers, and how alike two faces are. This embedding may steer. */
import type { RgbPicture } from '../pipelines/pixels.ts';
import type { GraphRunner } from '../runtime/graph-runner.ts';
import { tensor, type Tensor } from '../tensor/tensor.ts';
import { buildDlibFace, dlibInputSize, dlibMeans } from './dlib-face.ts';
import type { DetectedFace, SharePoint } from './face-detector.ts';
import { normalise, type FaceEmbedding } from './face-embedding.ts';
import { sampleSquare, type PixelSize, type SquareView } from './image.ts';
import { VisionNet } from './vision-net.ts';

/**
 * Where the eyes and the mouth lie in the square, as shares of its side. The eyes are the middles of the corners in dlib's template
 * (dlib/image_transforms/interpolation.h, get_face_chip_details) with its padding of 0.25; it has no mouth, so that is where the
 * detector marks it on faces that look straight ahead.
 *
 * Chosen on data/people at 512, 192 and 128 px. Equal error rate of single pairs at 192 px, by distance: 1.0 % so, 1.0 % with the tip
 * of the nose too, 1.2 % by dlib's own five points taken from the face mesh, 14 % by the detected box; at 0.9 or 1.1 times the side it is no better.
 */
const template = { rightEye: [0.3182, 0.3143], leftEye: [0.6685, 0.3142], mouth: [0.4934, 0.682] } as const;

/** The square around a face for dlib's net: turned, moved and scaled so that eyes and mouth lie nearest to the template. */
export function identityView({ keypoints }: DetectedFace, { widthPx, heightPx }: PixelSize): SquareView {
  const pixel = ({ x, y }: SharePoint): Point => [x * widthPx, y * heightPx];
  const names = ['rightEye', 'leftEye', 'mouth'] as const;
  return fitSquare(
    names.map((name) => template[name]),
    names.map((name) => pixel(keypoints[name])),
  );
}

type Point = readonly [x: number, y: number];

/**
 * The square whose points `shares` lie nearest to `pixels`, in least squares.
 *
 * @param shares of the side of the square
 * @param pixels of the picture, as many
 */
export function fitSquare(shares: readonly Point[], pixels: readonly Point[]): SquareView {
  const [from, to] = [centroid(shares), centroid(pixels)];
  let [along, across, spread] = [0, 0, 0];
  shares.forEach(([shareX, shareY], i) => {
    const [x, y] = [shareX - from[0], shareY - from[1]];
    const [u, v] = [pixels[i]![0] - to[0], pixels[i]![1] - to[1]];
    along += x * u + y * v;
    across += x * v - y * u;
    spread += x * x + y * y;
  });
  const [cos, sin] = [along / spread, across / spread]; // times the side
  const [right, down] = [0.5 - from[0], 0.5 - from[1]];
  return { centreX: to[0] + cos * right - sin * down, centreY: to[1] + sin * right + cos * down, sidePx: Math.hypot(cos, sin), angle: Math.atan2(sin, cos) };
}

function centroid(points: readonly Point[]): Point {
  return [0, 1].map((axis) => points.reduce((sum, point) => sum + point[axis]!, 0) / points.length) as [number, number];
}

/** Red, green, blue less `dlibMeans`, over 255, float32 [1, 3, size, size]: what both nets of face-api want. Outside the picture is black. */
export function meanLessInput(picture: RgbPicture, view: SquareView, size: number): Tensor<'float32'> {
  const planes = sampleSquare(picture, view, size, { scale: 1 / 255, offset: 0, border: 0 });
  const area = size * size;
  dlibMeans.forEach((mean, channel) => {
    for (let i = channel * area; i < (channel + 1) * area; i++) planes[i]! -= mean / 255;
  });
  return tensor('float32', [1, 3, size, size], planes);
}

/**
 * What a cosine of two of these embeddings means. They lie in a narrow cone: strangers meet near 0.89, one person near 0.98. Taking
 * the middle of many faces away first would spread the numbers, but tells people apart less well (equal error rate on 240 people of
 * data/portraits-cg 1.9 % instead of 1.2 %), so they stay as they are.
 *
 * Measured on data/people, 360 draws of 12 photos of one person, each face against the mean of the eleven others, with the
 * other five people and 1,083 further faces as strangers; `npm run evaluate:ruler` makes the table of the README.
 */
export const identityLimits = {
  /** With the mean of a person's other photos: 0.9 % of their own photos fall below, none of the other five people reaches it, 0.4 % of the further faces do. */
  samePersonCosine: 0.96,
  /** Of two single photos: 1.2 % of pairs of one person below, 1.2 % of pairs of two people above. */
  pairCosine: 0.935,
} as const;

/** dlib's net on a runner. Compare its embeddings with `cosine` and `identityLimits`, and only with each other: FaceRes' are of another kind. */
export class FaceEmbedder {
  readonly #net: VisionNet;

  private constructor(net: VisionNet) {
    this.#net = net;
  }

  /**
   * @param runner  not owned: the caller disposes it after the embedder
   * @param weights of `dlib-face.safetensors`, as they are in the file
   * @throws {AppError} `weights-missing` if a tensor is absent
   */
  static async create(runner: GraphRunner, weights: ReadonlyMap<string, Tensor>): Promise<FaceEmbedder> {
    return new FaceEmbedder(await VisionNet.load(runner, buildDlibFace(), weights));
  }

  /** One face of the picture it was found in: 128 numbers of length 1. About 25 ms on a quiet core. */
  async embed(picture: RgbPicture, face: DetectedFace): Promise<FaceEmbedding> {
    const { embedding } = await this.#net.run({ face: meanLessInput(picture, identityView(face, picture), dlibInputSize) });
    return normalise(embedding!.data as Float32Array);
  }

  /** Frees the net and its weights. */
  dispose(): Promise<void> {
    return this.#net.dispose();
  }
}
