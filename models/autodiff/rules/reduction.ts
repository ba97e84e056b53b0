/** @file Gradients of reductions: what was added up is spread out again. */
import type { Value } from '../../graph/graph.ts';
import type { AttributesOf, OpName } from '../../graph/ops/index.ts';
import type { ReduceAttributes, reductionOps } from '../../graph/ops/reduction.ts';
import { elementCount, normalizeAxis } from '../../tensor/shape.ts';
import type { GradientMath } from '../gradient-math.ts';
import type { TableEntry } from '../gradient-rule.ts';

/** A reduced value with its lost axes back, at size 1. */
function withAxes(math: GradientMath, reduced: Value, x: Value, { axes }: ReduceAttributes): Value {
  const lost = new Set(axes.map((axis) => normalizeAxis(axis, x.shape.length)));
  return math.reshape(
    reduced,
    x.shape.map((size, axis) => (lost.has(axis) ? 1 : size)),
  );
}

export const reductionRules: { readonly [Op in keyof typeof reductionOps & OpName]: TableEntry<AttributesOf<Op>> } = {
  ReduceSum: ({ math, gradient, inputs: [x], attributes }) => [() => math.expand(withAxes(math, gradient, x!, attributes), x!.shape)],

  ReduceMean: ({ math, gradient, inputs: [x], outputs: [y], attributes }) => [
    () => {
      const share = math.scale(withAxes(math, gradient, x!, attributes), elementCount(y!.shape) / elementCount(x!.shape));
      return math.expand(share, x!.shape);
    },
  ],

  // Equal maxima share the gradient, as in PyTorch's amax.
  ReduceMax: ({ math, gradient, inputs: [x], outputs: [y], attributes }) => [
    () => {
      const isMaximum = math.builder.node('GreaterOrEqual', [x!, withAxes(math, y!, x!, attributes)]);
      const mask = math.builder.node('Cast', [isMaximum], { to: 'float32' });
      const share = math.div(withAxes(math, gradient, x!, attributes), math.sum(mask, attributes.axes));
      return math.mul(mask, share);
    },
  ],
};
