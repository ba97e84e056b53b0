/** @file Opening of the eyes, opening of the mouth and the smile, from the mesh. */
import { meshPoint, meshPoints, type FaceLandmarks } from './face-landmarks.ts';
import type { FaceMeasures } from './photo-measures.ts';
import type { Turn } from './rigid-turn.ts';

type Eye = typeof meshPoints.rightEye | typeof meshPoints.leftEye;

function distance(landmarks: FaceLandmarks, from: number, to: number): number {
  const [a, b] = [meshPoint(landmarks, from), meshPoint(landmarks, to)];
  return Math.hypot(a[0] - b[0], a[1] - b[1], a[2] - b[2]);
}

/**
 * Distance of the lids over the distance of the corners, both in space, so that a turned head changes it little.
 *
 * @see Soukupova and Cech 2016, Real-time eye blink detection using facial landmarks: the mean over three pairs of lid points instead of two
 */
export function eyeOpening(landmarks: FaceLandmarks): FaceMeasures['eyeOpening'] {
  const opening = ({ outer, inner, upper, lower }: Eye): number =>
    upper.reduce((sum, point, i) => sum + distance(landmarks, point, lower[i]!), 0) / upper.length / distance(landmarks, outer, inner);
  return { right: opening(meshPoints.rightEye), left: opening(meshPoints.leftEye) };
}

/**
 * How far the lips are apart over the mouth's width, and how far its corners are raised over the line between the lips, as the head itself stands.
 *
 * @param turn of `headTurn`
 */
export function mouthShape(landmarks: FaceLandmarks, turn: Turn): FaceMeasures['mouth'] {
  const { right, left, innerRight, innerLeft, innerUpper, innerLower } = meshPoints.mouth;
  const down = (point: number): number => meshPoint(landmarks, point).reduce((sum, value, row) => sum + value * turn[row]![1], 0);
  const raised = (down(innerUpper) + down(innerLower)) / 2 - (down(right) + down(left)) / 2;
  return {
    opening: distance(landmarks, innerUpper, innerLower) / distance(landmarks, innerRight, innerLeft),
    smile: raised / distance(landmarks, right, left),
  };
}
