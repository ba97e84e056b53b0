/** @file The build of a face does not change with place, size and turn of the head. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { meshPointCount } from './face-mesh.ts';
import { faceShape, meanShape, shapeDistance } from './face-shape.ts';
import type { Turn } from './rigid-turn.ts';

const level: Turn = [
  [1, 0, 0],
  [0, 1, 0],
  [0, 0, 1],
];

/** Any face at all: 468 points in a cube of side 2. */
const anyFace = fc.integer().map((seed) => {
  let state = seed >>> 0;
  return Float32Array.from({ length: 3 * meshPointCount }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 31 - 1;
  });
});
const angle = fc.double({ min: -1.2, max: 1.2, noNaN: true });

/** First pitch, then yaw, as rows. */
function turnOf(yaw: number, pitch: number): Turn {
  const [cy, sy, cp, sp] = [Math.cos(yaw), Math.sin(yaw), Math.cos(pitch), Math.sin(pitch)];
  return [
    [cy, sy * sp, sy * cp],
    [0, cp, -sp],
    [-sy, cy * sp, cy * cp],
  ];
}

test('a face that is moved, scaled and turned has the same shape', () => {
  fc.assert(
    fc.property(anyFace, angle, angle, fc.double({ min: 5, max: 500, noNaN: true }), (points, yaw, pitch, scale) => {
      const turn = turnOf(yaw, pitch);
      const moved = Float32Array.from(points, (_, i) => {
        const [x, y, z] = points.subarray(i - (i % 3));
        const row = turn[i % 3]!;
        return scale * (row[0] * x! + row[1] * y! + row[2] * z!) + 100;
      });
      const still = faceShape({ points, presence: 1 }, level);
      expect(shapeDistance(faceShape({ points: moved, presence: 1 }, turn).points, still.points)).toBeLessThan(1e-3);
    }),
  );
});

test('faces with another build are apart, and the mean of two lies between them', () => {
  fc.assert(
    fc.property(anyFace, anyFace, (a, b) => {
      const [one, other] = [a, b].map((points) => faceShape({ points, presence: 1 }, level).points) as [readonly number[], readonly number[]];
      const middle = meanShape([one, other]);
      expect(shapeDistance(one, one)).toBe(0);
      expect(shapeDistance(one, middle)).toBeCloseTo(shapeDistance(one, other) / 2, 9);
    }),
  );
});
