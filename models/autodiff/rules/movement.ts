/** @file Gradients of ops that move elements: each is moved back. */
import type { Value } from '../../graph/graph.ts';
import type { AttributesOf, OpName } from '../../graph/ops/index.ts';
import type { movementOps } from '../../graph/ops/movement.ts';
import { normalizeAxis, type Shape } from '../../tensor/shape.ts';
import type { GradientMath } from '../gradient-math.ts';
import { noGradient, type TableEntry } from '../gradient-rule.ts';

/** Zeros around `gradient` so that it lies at `starts` of a tensor of `shape`. */
function padTo(math: GradientMath, gradient: Value, shape: Shape, starts: readonly number[]): Value {
  const ends = shape.map((size, axis) => size - starts[axis]! - gradient.shape[axis]!);
  return math.builder.node('Pad', [gradient], { pads: [...starts, ...ends], value: 0 });
}

export const movementRules: { readonly [Op in keyof typeof movementOps & OpName]: TableEntry<AttributesOf<Op>> } = {
  Reshape: ({ math, gradient, inputs: [x] }) => [() => math.reshape(gradient, x!.shape)],

  Transpose: ({ math, gradient, attributes: { perm } }) => [
    () =>
      math.transpose(
        gradient,
        perm.map((_, axis) => perm.indexOf(axis)),
      ),
  ],

  Expand: ({ math, gradient, inputs: [x] }) => [() => math.sumTo(gradient, x!.shape)],

  Slice: ({ math, gradient, inputs: [x], attributes: { axes, starts, steps } }) => [
    () => {
      if (steps.some((step) => step !== 1)) noGradient('Slice', `with steps ${steps.join(', ')}`);
      const positions = x!.shape.map(() => 0);
      axes.forEach((axis, i) => (positions[axis] = starts[i]!));
      return padTo(math, gradient, x!.shape, positions);
    },
  ],

  Concat: ({ math, gradient, inputs, attributes: { axis } }) => {
    const at = normalizeAxis(axis, gradient.shape.length);
    let pieces: readonly Value[] | undefined;
    const split = () => (pieces ??= math.builder.split('Split', [gradient], { axis: at, sizes: inputs.map((input) => input.shape[at]!) }));
    return inputs.map((_, i) => () => split()[i]!);
  },

  Split: ({ math, gradients, inputs: [x], outputs, attributes: { axis } }) => [
    () => {
      const at = normalizeAxis(axis, x!.shape.length);
      return math.builder.node(
        'Concat',
        gradients.map((gradient, i) => gradient ?? math.zeros(outputs[i]!.shape)),
        { axis: at },
      );
    },
  ],

  Pad: ({ math, gradient, inputs: [x], attributes: { pads } }) => [
    () => {
      const axes = x!.shape.map((_, axis) => axis).filter((axis) => gradient.shape[axis] !== x!.shape[axis]);
      if (axes.length === 0) return gradient;
      const starts = axes.map((axis) => pads[axis]!);
      return math.builder.node('Slice', [gradient], { axes, starts, ends: axes.map((axis, i) => starts[i]! + x!.shape[axis]!), steps: axes.map(() => 1) });
    },
  ],

  // The only gather is that of frozen token embeddings.
  Gather: 'not-differentiable',

  Resize: ({ math, gradient, inputs: [x], attributes: { scales, mode } }) => [
    () => {
      const [down, right] = scales;
      if (mode !== 'nearest' || !Number.isInteger(down) || !Number.isInteger(right)) noGradient('Resize', `${mode} by ${down} and ${right}`);
      const [batch, channels, height, width] = x!.shape as [number, number, number, number];
      const blocks = math.reshape(gradient, [batch, channels, height, down, width, right]);
      return math.builder.node('ReduceSum', [blocks], { axes: [3, 5], keepDims: false });
    },
  ],
};
