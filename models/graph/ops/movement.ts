/** @file Ops that move elements without changing them. Every size and axis is a static attribute; ONNX wants most as int64 inputs. */
import { broadcastShapes, elementCount, formatShape, normalizeAxis, shapesEqual } from '../../tensor/shape.ts';
import { float32, int64, scalar } from '../../tensor/tensor.ts';
import { defineOp, formatType, requireShape } from './op-definition.ts';

const list = (values: readonly number[]) => int64([values.length], values);

export interface SliceAttributes {
  readonly axes: readonly number[];
  readonly starts: readonly number[];
  /** Exclusive. All bounds are within the axis: no negative counting here. */
  readonly ends: readonly number[];
  readonly steps: readonly number[];
}

export const movementOps = {
  Reshape: defineOp<{ readonly shape: readonly number[] }>({
    arity: [1, 1],
    infer: ([x], { shape }) => {
      requireShape(elementCount(x!.shape) === elementCount(shape), () => `Reshape of ${formatType(x!)} to ${formatShape(shape)}`);
      return [{ dtype: x!.dtype, shape }];
    },
    onnx: ({ shape }) => ({ attributes: {}, extraInputs: [list(shape)] }),
  }),

  Transpose: defineOp<{ readonly perm: readonly number[] }>({
    arity: [1, 1],
    infer: ([x], { perm }) => {
      requireShape(perm.length === x!.shape.length && new Set(perm).size === perm.length, () => `Transpose of ${formatType(x!)} by ${formatShape(perm)}`);
      return [{ dtype: x!.dtype, shape: perm.map((axis) => x!.shape[axis]!) }];
    },
  }),

  Expand: defineOp<{ readonly shape: readonly number[] }>({
    arity: [1, 1],
    infer: ([x], { shape }) => {
      requireShape(shapesEqual(broadcastShapes(x!.shape, shape), shape), () => `Expand of ${formatType(x!)} to ${formatShape(shape)}`);
      return [{ dtype: x!.dtype, shape }];
    },
    onnx: ({ shape }) => ({ attributes: {}, extraInputs: [list(shape)] }),
  }),

  Slice: defineOp<SliceAttributes>({
    arity: [1, 1],
    infer: ([x], { axes, starts, ends, steps }) => {
      const shape = [...x!.shape];
      axes.forEach((axis, i) => {
        const inside = starts[i]! >= 0 && ends[i]! <= x!.shape[axis]! && starts[i]! < ends[i]! && steps[i]! > 0;
        requireShape(inside, () => `Slice ${starts[i]}:${ends[i]}:${steps[i]} of axis ${axis} of ${formatType(x!)}`);
        shape[axis] = Math.ceil((ends[i]! - starts[i]!) / steps[i]!);
      });
      return [{ dtype: x!.dtype, shape }];
    },
    onnx: ({ axes, starts, ends, steps }) => ({ attributes: {}, extraInputs: [list(starts), list(ends), list(axes), list(steps)] }),
  }),

  /** Joins along an axis; any number of inputs. */
  Concat: defineOp<{ readonly axis: number }>({
    arity: [1, Infinity],
    infer: (inputs, { axis }) => {
      const first = inputs[0]!;
      const at = normalizeAxis(axis, first.shape.length);
      for (const x of inputs) {
        const fits = x.dtype === first.dtype && x.shape.length === first.shape.length && x.shape.every((size, i) => i === at || size === first.shape[i]);
        requireShape(fits, () => `Concat along ${axis} of ${formatType(first)} and ${formatType(x)}`);
      }
      const total = inputs.reduce((sum, x) => sum + x.shape[at]!, 0);
      return [{ dtype: first.dtype, shape: first.shape.map((size, i) => (i === at ? total : size)) }];
    },
  }),

  /** Cuts along an axis into pieces of the given sizes; one output each. */
  Split: defineOp<{ readonly axis: number; readonly sizes: readonly number[] }>({
    arity: [1, 1],
    infer: ([x], { axis, sizes }) => {
      const at = normalizeAxis(axis, x!.shape.length);
      requireShape(sizes.reduce((sum, size) => sum + size, 0) === x!.shape[at], () => `Split of ${formatType(x!)} into ${formatShape(sizes)}`);
      return sizes.map((size) => ({ dtype: x!.dtype, shape: x!.shape.map((old, i) => (i === at ? size : old)) }));
    },
    onnx: ({ axis, sizes }) => ({ attributes: { axis }, extraInputs: [list(sizes)] }),
  }),

  /** Adds a constant border: `pads` holds the starts of all axes, then the ends. float32 only. */
  Pad: defineOp<{ readonly pads: readonly number[]; readonly value: number }>({
    arity: [1, 1],
    infer: ([x], { pads }) => {
      const rank = x!.shape.length;
      requireShape(pads.length === 2 * rank, () => `Pad of ${formatType(x!)} by ${formatShape(pads)}`);
      return [{ dtype: x!.dtype, shape: x!.shape.map((size, axis) => size + pads[axis]! + pads[axis + rank]!) }];
    },
    onnx: ({ pads, value }) => ({ attributes: { mode: 'constant' }, extraInputs: [list(pads), scalar(value)] }),
  }),

  /** data[..., indices, ...] along an axis; the indices' shape takes the axis' place. */
  Gather: defineOp<{ readonly axis: number }>({
    arity: [2, 2],
    infer: ([data, indices], { axis }) => {
      const at = normalizeAxis(axis, data!.shape.length);
      return [{ dtype: data!.dtype, shape: [...data!.shape.slice(0, at), ...indices!.shape, ...data!.shape.slice(at + 1)] }];
    },
  }),

  /** Enlarges or shrinks the last two axes of [N, C, H, W] by whole or fractional factors. */
  Resize: defineOp<{ readonly scales: readonly [number, number]; readonly mode: 'nearest' | 'linear' }>({
    arity: [1, 1],
    infer: ([x], { scales }) => {
      requireShape(x!.shape.length === 4, () => `Resize of ${formatType(x!)}`);
      const [n, c, height, width] = x!.shape;
      return [{ dtype: x!.dtype, shape: [n!, c!, Math.floor(height! * scales[0]), Math.floor(width! * scales[1])] }];
    },
    onnx: ({ scales, mode }) => ({
      attributes:
        mode === 'nearest'
          ? { mode, coordinate_transformation_mode: 'asymmetric', nearest_mode: 'floor' }
          : { mode, coordinate_transformation_mode: 'half_pixel' },
      extraInputs: [null, float32([4], [1, 1, scales[0], scales[1]])],
    }),
  }),
} as const;
