/** @file Which way a head is turned, from the mesh: the turn that lays a mean face on the measured points. */
import { rollAngle } from './face-alignment.ts';
import type { DetectedFace } from './face-detector.ts';
import { meshPoint, type FaceLandmarks } from './face-landmarks.ts';
import type { PixelSize } from './image.ts';
import type { HeadPose } from './photo-measures.ts';
import { turnBetween, type Turn } from './rigid-turn.ts';

/**
 * A face straight ahead, from the points that neither speech nor a smile moves: x to the right of the picture, y down, z away from the viewer.
 * The mean of the meshes of the six test people (data/people, CC0), made symmetric, so that straight ahead is 0 of yaw and roll by construction; for
 * pitch it is the one number that was fitted to their labels (`npm run evaluate:nets` prints what remains).
 */
const midline: readonly (readonly [point: number, y: number, z: number])[] = [
  [10, -0.877, 0.145],
  [151, -0.63, 0.1],
  [9, -0.364, 0.073],
  [8, -0.238, 0.103],
  [168, -0.135, 0.12],
  [6, -0.016, 0.056],
  [197, 0.097, -0.017],
  [195, 0.203, -0.096],
  [5, 0.316, -0.178],
  [4, 0.451, -0.213],
  [1, 0.551, -0.175],
  [2, 0.641, 0.082],
];

/** The person's right, at x below 0, and its mirror image on the left. */
const pairs: readonly (readonly [right: number, left: number, x: number, y: number, z: number])[] = [
  [33, 263, -0.711, -0.103, 0.487],
  [133, 362, -0.277, -0.072, 0.395],
  [234, 454, -1.091, 0.163, 1.374],
  [127, 356, -1.101, -0.054, 1.286],
  [50, 280, -0.762, 0.414, 0.428],
  [70, 300, -0.888, -0.304, 0.49],
  [46, 276, -0.829, -0.258, 0.408],
  [107, 336, -0.219, -0.383, 0.086],
  [105, 334, -0.629, -0.424, 0.232],
  [117, 346, -0.822, 0.167, 0.511],
  [93, 323, -1.081, 0.385, 1.397],
  [48, 278, -0.296, 0.501, 0.084],
  [129, 358, -0.323, 0.485, 0.268],
  [193, 417, -0.118, -0.123, 0.19],
  [55, 285, -0.189, -0.258, 0.134],
  [103, 332, -0.774, -0.75, 0.471],
  [67, 297, -0.543, -0.833, 0.285],
  [109, 338, -0.291, -0.871, 0.177],
  [54, 284, -0.932, -0.622, 0.684],
  [21, 251, -1.032, -0.457, 0.893],
  [162, 389, -1.084, -0.279, 1.109],
  [116, 345, -0.991, 0.16, 0.713],
  [123, 352, -0.987, 0.367, 0.7],
  [122, 351, -0.09, 0.007, 0.096],
];

const reference = [
  ...midline.map(([point, y, z]) => ({ point, place: [0, y, z] as const })),
  ...pairs.flatMap(([right, left, x, y, z]) => [
    { point: right, place: [x, y, z] as const },
    { point: left, place: [-x, y, z] as const },
  ]),
];

/** How the head is turned against one that looks straight ahead, level. */
export function headTurn(landmarks: FaceLandmarks): Turn {
  return turnBetween(
    reference.map(({ place }) => place),
    reference.map(({ point }) => meshPoint(landmarks, point)),
  );
}

/**
 * Angles in degrees. The head is first tilted about its own line of sight (roll), then raised (pitch), then turned (yaw).
 *
 * @param turn of `headTurn`
 */
export function headPose(turn: Turn): HeadPose {
  const degrees = 180 / Math.PI;
  // The line of sight of the mean face is -z, so the turned one is the third column, negated.
  return {
    yaw: Math.atan2(-turn[0][2], turn[2][2]) * degrees,
    pitch: Math.asin(Math.min(1, Math.max(-1, turn[1][2]))) * degrees,
    roll: Math.atan2(turn[1][0], turn[1][1]) * degrees,
  };
}

/** How much further the tip of the nose stands before the ears than the ears stand apart, as the detector marks them. */
const noseReach = 1.05;

/**
 * The turn of a head that the mesh does not know, from where the nose lies between the ears. Nods are not seen, and tilts not in profile.
 *
 * Off by 2.6 degrees on average on 97 labelled photos of data/people (worst 9.7, a profile of 87 degrees is read as 81).
 */
export function poseFromKeypoints(face: DetectedFace, size: PixelSize): HeadPose {
  const { noseTip, rightEar, leftEar } = face.keypoints;
  const yaw = (Math.atan2((noseTip.x - (rightEar.x + leftEar.x) / 2) * noseReach, leftEar.x - rightEar.x) * 180) / Math.PI;
  const tilt = (rollAngle(face, size) * 180) / Math.PI;
  return { yaw, pitch: 0, roll: Math.abs(yaw) > 50 ? 0 : tilt };
}
