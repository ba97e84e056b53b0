/** @file Reference kernels of reductions. */
import type { AttributesOf } from '../../../graph/ops/index.ts';
import type { ReduceAttributes, reductionOps } from '../../../graph/ops/reduction.ts';
import { elementCount, normalizeAxis, rowMajorStrides } from '../../../tensor/shape.ts';
import { offsets, type Kernel } from '../kernel.ts';

/** Folds every element into its place of the result, starting from `initial`. */
const fold =
  (initial: number, combine: (sum: number, element: number) => number): Kernel<ReduceAttributes> =>
  ([x], { axes }, [shape]) => {
    const reduced = new Set(axes.map((axis) => normalizeAxis(axis, x!.shape.length)));
    const kept = x!.shape.map((size, axis) => (reduced.has(axis) ? 1 : size));
    const strides = rowMajorStrides(kept).map((stride, axis) => (reduced.has(axis) ? 0 : stride));
    const result = new Float64Array(elementCount(shape!)).fill(initial);
    offsets(x!.shape, strides).forEach((place, i) => (result[place] = combine(result[place]!, x!.data[i]!)));
    return [result];
  };

const sum = fold(0, (total, element) => total + element);

export const reductionKernels: { readonly [Op in keyof typeof reductionOps]: Kernel<AttributesOf<Op>> } = {
  ReduceSum: sum,
  ReduceMean: (inputs, attributes, shapes) => {
    const [total] = sum(inputs, attributes, shapes);
    const count = inputs[0]!.data.length / total!.length;
    return [total!.map((element) => element / count)];
  },
  ReduceMax: fold(-Infinity, Math.max),
};
