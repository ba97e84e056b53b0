/** @file Convolution, its transpose, and pooling. Tensors are [N, C, H, W]; pads are [top, left, bottom, right]. */
import type { Value } from '../graph.ts';
import { defineOp, formatType, requireShape } from './op-definition.ts';

export interface ConvAttributes {
  readonly strides: readonly [number, number];
  readonly pads: readonly [number, number, number, number];
  readonly dilations: readonly [number, number];
  readonly group: number;
}

export interface ConvTransposeAttributes extends ConvAttributes {
  readonly outputPadding: readonly [number, number];
}

export interface PoolAttributes {
  readonly kernel: readonly [number, number];
  readonly strides: readonly [number, number];
  readonly pads: readonly [number, number, number, number];
}

const pool = defineOp<PoolAttributes>({
  arity: [1, 1],
  infer: ([x], { kernel, strides, pads }) => {
    const size = (axis: 0 | 1): number => Math.floor((x!.shape[2 + axis]! + pads[axis] + pads[(axis + 2) as 2 | 3] - kernel[axis]) / strides[axis]) + 1;
    return [{ dtype: x!.dtype, shape: [x!.shape[0]!, x!.shape[1]!, size(0), size(1)] }];
  },
  onnx: ({ kernel, strides, pads }) => ({ attributes: { kernel_shape: kernel, strides, pads } }),
});

function requireBias(bias: Value | undefined, channels: number): void {
  if (bias !== undefined) requireShape(bias.shape.length === 1 && bias.shape[0] === channels, () => `bias ${formatType(bias)} for ${channels} channels`);
}

export const convolutionOps = {
  /** x [N, Cin, H, W], weight [Cout, Cin / group, kh, kw], bias [Cout] optional. */
  Conv: defineOp<ConvAttributes>({
    arity: [2, 3],
    infer: ([x, weight, bias], { strides, pads, dilations, group }) => {
      const fits = x!.shape.length === 4 && weight!.shape.length === 4 && x!.shape[1] === weight!.shape[1]! * group && weight!.shape[0]! % group === 0;
      requireShape(fits, () => `Conv of ${formatType(x!)} with ${formatType(weight!)}, group ${group}`);
      requireBias(bias, weight!.shape[0]!);
      const size = (axis: 0 | 1): number => {
        const extent = dilations[axis] * (weight!.shape[2 + axis]! - 1) + 1;
        return Math.floor((x!.shape[2 + axis]! + pads[axis] + pads[(axis + 2) as 2 | 3] - extent) / strides[axis]) + 1;
      };
      requireShape(size(0) > 0 && size(1) > 0, () => `Conv of ${formatType(x!)} with ${formatType(weight!)} leaves nothing`);
      return [{ dtype: x!.dtype, shape: [x!.shape[0]!, weight!.shape[0]!, size(0), size(1)] }];
    },
  }),

  /** The adjoint of Conv: x [N, Cin, H, W], weight [Cin, Cout / group, kh, kw], bias [Cout] optional. */
  ConvTranspose: defineOp<ConvTransposeAttributes>({
    arity: [2, 3],
    infer: ([x, weight, bias], { strides, pads, dilations, group, outputPadding }) => {
      requireShape(x!.shape.length === 4 && x!.shape[1] === weight!.shape[0], () => `ConvTranspose of ${formatType(x!)} with ${formatType(weight!)}`);
      const channels = weight!.shape[1]! * group;
      requireBias(bias, channels);
      const size = (axis: 0 | 1): number =>
        (x!.shape[2 + axis]! - 1) * strides[axis] +
        dilations[axis] * (weight!.shape[2 + axis]! - 1) +
        1 +
        outputPadding[axis] -
        pads[axis] -
        pads[(axis + 2) as 2 | 3];
      return [{ dtype: x!.dtype, shape: [x!.shape[0]!, channels, size(0), size(1)] }];
    },
    onnx: ({ strides, pads, dilations, group, outputPadding }) => ({ attributes: { strides, pads, dilations, group, output_padding: outputPadding } }),
  }),

  MaxPool: pool,
  /** Mean over the window; padding is not counted. */
  AveragePool: pool,
} as const;
