/** @file Shapes as lists of sizes: counting, broadcasting, reshaping. All sizes are static. */
import { AppError } from '../errors/app-error.ts';

export type Shape = readonly number[];

/** How many elements a tensor of this shape has; 1 for a scalar. */
export function elementCount(shape: Shape): number {
  return shape.reduce((product, size) => product * size, 1);
}

/** True if both shapes have the same sizes in the same order. */
export function shapesEqual(a: Shape, b: Shape): boolean {
  return a.length === b.length && a.every((size, axis) => size === b[axis]);
}

/** `[2, 320, 64, 64]`, for messages. */
export function formatShape(shape: Shape): string {
  return `[${shape.join(', ')}]`;
}

/**
 * The shape that NumPy broadcasting gives two operands.
 *
 * @throws {AppError} `shape-mismatch` if a pair of sizes differs and neither is 1
 */
export function broadcastShapes(a: Shape, b: Shape): number[] {
  const rank = Math.max(a.length, b.length);
  return Array.from({ length: rank }, (_, axis) => {
    const sizeA = a[axis - (rank - a.length)] ?? 1;
    const sizeB = b[axis - (rank - b.length)] ?? 1;
    if (sizeA !== sizeB && sizeA !== 1 && sizeB !== 1) {
      throw new AppError('shape-mismatch', { message: `${formatShape(a)} and ${formatShape(b)} do not broadcast` });
    }
    return Math.max(sizeA === 0 || sizeB === 0 ? 0 : sizeA, sizeA === 0 || sizeB === 0 ? 0 : sizeB);
  });
}

/**
 * Maps a possibly negative axis to 0..rank-1.
 *
 * @throws {AppError} `shape-mismatch` if the axis is out of range
 */
export function normalizeAxis(axis: number, rank: number): number {
  const positive = axis < 0 ? axis + rank : axis;
  if (positive < 0 || positive >= rank) {
    throw new AppError('shape-mismatch', { message: `axis ${axis} is outside a tensor of rank ${rank}` });
  }
  return positive;
}

/** Row-major strides in elements. */
export function rowMajorStrides(shape: Shape): number[] {
  const strides = new Array<number>(shape.length).fill(1);
  for (let axis = shape.length - 2; axis >= 0; axis--) strides[axis] = strides[axis + 1]! * shape[axis + 1]!;
  return strides;
}
