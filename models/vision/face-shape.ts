/** @file The build of a face: where its parts lie once the turn of the head is taken away, for telling a face that a model drew wrongly from the person's own. */
import { meshPoint, type FaceLandmarks } from './face-landmarks.ts';
import type { Turn } from './rigid-turn.ts';

/** What the mesh says of a face. */
export interface FaceShape {
  /** 0 to 1: how surely the mesh lies on a face. */
  readonly presence: number;
  /**
   * x and y of `shapePoints` in turn, of a head turned straight ahead: x to the right of the picture, y down; their middle is 0 and their mean
   * distance from it 1, so that size and place do not matter.
   */
  readonly points: readonly number[];
}

/** Points of the mesh that say how a face is built: forehead, nose, eyes, cheeks, sides, brows, mouth, chin. The person's right before the left. */
export const shapePoints = [10, 168, 1, 2, 33, 263, 133, 362, 50, 280, 234, 454, 70, 300, 129, 358, 61, 291, 152] as const;

/** @param turn of `headTurn` */
export function faceShape(landmarks: FaceLandmarks, turn: Turn): FaceShape {
  const places = shapePoints.map((point) => meshPoint(landmarks, point));
  const middle = [0, 1, 2].map((axis) => mean(places.map((place) => place[axis]!)));
  // The turn is orthogonal: its columns are the rows of its inverse.
  const straight = places.map((place) => [0, 1].map((column) => turn.reduce((sum, row, axis) => sum + row[column]! * (place[axis]! - middle[axis]!), 0)));
  const size = mean(straight.map(([x, y]) => Math.hypot(x!, y!)));
  return { presence: landmarks.presence, points: straight.flat().map((value) => (size === 0 ? 0 : value / size)) };
}

/** How far two faces are built apart: the root of the mean squared distance of their points, in units of the size of a face. */
export function shapeDistance(a: readonly number[], b: readonly number[]): number {
  return Math.sqrt((2 * a.reduce((sum, value, i) => sum + (value - (b[i] ?? 0)) ** 2, 0)) / Math.max(1, a.length));
}

/** The face between several. */
export function meanShape(shapes: readonly (readonly number[])[]): readonly number[] {
  return (shapes[0] ?? []).map((_, i) => mean(shapes.map((shape) => shape[i] ?? 0)));
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
