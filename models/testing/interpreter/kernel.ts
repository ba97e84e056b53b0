/** @file What an interpreter kernel is, and the index arithmetic that kernels share. */
import { elementCount, rowMajorStrides, type Shape } from '../../tensor/shape.ts';
import type { Numbers } from './numbers.ts';

/** Computes all outputs of one op, row-major, in float64. `shapes` are the outputs' shapes. Inputs are not changed. */
export type Kernel<A extends object> = (inputs: readonly Numbers[], attributes: A, shapes: readonly Shape[]) => readonly Float64Array[];

/** For each position of `shape` in row-major order, its offset in a tensor with the given strides. */
export function offsets(shape: Shape, strides: readonly number[], start = 0): Int32Array {
  const result = new Int32Array(elementCount(shape));
  if (result.length === 0) return result;
  result[0] = start;
  let filled = 1;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    for (let step = 1; step < shape[axis]!; step++) {
      for (let i = 0; i < filled; i++) result[step * filled + i] = result[i]! + step * strides[axis]!;
    }
    filled *= shape[axis]!;
  }
  return result;
}

/** Strides that read a tensor of shape `from` as if it were broadcast to `to`: 0 along spread axes. */
export function broadcastStrides(from: Shape, to: Shape): number[] {
  const strides = rowMajorStrides(from);
  const extra = to.length - from.length;
  return to.map((_, axis) => (axis < extra || from[axis - extra] === 1 ? 0 : strides[axis - extra]!));
}

/** The elements of `x` broadcast to `shape`; `x`'s own array where nothing is spread. */
export function broadcastTo(x: Numbers, shape: Shape): Float64Array {
  if (x.data.length === elementCount(shape)) return x.data;
  return Float64Array.from(offsets(shape, broadcastStrides(x.shape, shape)), (offset) => x.data[offset]!);
}
