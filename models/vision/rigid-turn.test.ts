import fc from 'fast-check';
import { expect, test } from 'vitest';
import { turnBetween } from './rigid-turn.ts';

test('a turn of points is found again, whatever their shift and scale', () => {
  const small = fc.double({ min: -1, max: 1, noNaN: true });
  const corner = fc.tuple(small, small, small);
  fc.assert(
    fc.property(small, small, small, fc.double({ min: 0.1, max: 9, noNaN: true }), corner, (yaw, pitch, roll, scale, shift) => {
      const about = (i: number, j: number, angle: number) => (point: readonly number[]) =>
        point.map((value, k) =>
          k === i ? value * Math.cos(angle) - point[j]! * Math.sin(angle) : k === j ? point[i]! * Math.sin(angle) + value * Math.cos(angle) : value,
        );
      const turn = (point: readonly number[]): number[] => about(0, 2, yaw)(about(1, 2, pitch)(about(0, 1, roll)(point)));
      const points = [[0, 0, 0], [1, 0, 0], [0, 2, 0], [0, 0, 3], [1, 1, -1]] as [number, number, number][]; // prettier-ignore
      const moved = points.map((point) => turn(point).map((value, k) => value * scale + shift[k]!) as [number, number, number]);
      const found = turnBetween(points, moved);
      for (const [column, axis] of [[1, 0, 0], [0, 1, 0], [0, 0, 1]].entries()) {
        turn(axis).forEach((value, row) => expect(found[row]![column]).toBeCloseTo(value, 9));
      } // prettier-ignore
    }),
  );
});
