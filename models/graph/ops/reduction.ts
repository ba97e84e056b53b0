/** @file Sums, means and maxima over axes. */
import { int64 } from '../../tensor/tensor.ts';
import { normalizeAxis } from '../../tensor/shape.ts';
import { defineOp, type OpDefinition } from './op-definition.ts';

export interface ReduceAttributes {
  readonly axes: readonly number[];
  readonly keepDims: boolean;
}

const reduce: OpDefinition<ReduceAttributes> = defineOp<ReduceAttributes>({
  arity: [1, 1],
  infer: ([x], { axes, keepDims }) => {
    const reduced = new Set(axes.map((axis) => normalizeAxis(axis, x!.shape.length)));
    const shape = keepDims ? x!.shape.map((size, axis) => (reduced.has(axis) ? 1 : size)) : x!.shape.filter((_, axis) => !reduced.has(axis));
    return [{ dtype: x!.dtype, shape }];
  },
  onnx: ({ axes, keepDims }) => ({ attributes: { keepdims: keepDims ? 1 : 0 }, extraInputs: [int64([axes.length], axes)] }),
});

export const reductionOps = { ReduceSum: reduce, ReduceMean: reduce, ReduceMax: reduce } as const;
