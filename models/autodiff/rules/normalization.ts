/**
 * @file Gradients of softmax and the normalisations.
 *
 * [Note: the gradient of a normalisation] With xhat = (x - mean) * r, r = 1 / sqrt(variance + epsilon) and t = gradient * scale:
 * dx = r * (t - mean(t) - xhat * mean(t * xhat)). Where scale is a constant of ones and bias one of zeros, as in our group
 * norm, the output is xhat and t is the gradient. Otherwise xhat is made from x: (y - bias) / scale fails where a scale is 0.
 */
import type { Value } from '../../graph/graph.ts';
import type { AttributesOf, OpName } from '../../graph/ops/index.ts';
import type { normalizationOps } from '../../graph/ops/normalization.ts';
import { normalizeAxis } from '../../tensor/shape.ts';
import type { GradientMath } from '../gradient-math.ts';
import { noGradient, type TableEntry } from '../gradient-rule.ts';

/** True for a constant whose elements all equal `number`. */
function isFilledWith(math: GradientMath, value: Value, number: number): boolean {
  const tensor = math.builder.constantOf(value);
  return tensor?.dtype === 'float32' && (tensor.data as Float32Array).every((element) => element === number);
}

/** r * (t - mean(t) - xhat * mean(t * xhat)), means over `axes`. */
function throughNormalization(math: GradientMath, t: Value, normalized: Value, inverseDeviation: Value, axes: readonly number[]): Value {
  const along = math.mul(normalized, math.mean(math.mul(t, normalized), axes));
  return math.mul(math.sub(math.sub(t, math.mean(t, axes)), along), inverseDeviation);
}

/**
 * Row sums of gradient * y for a softmax y along its last axis. In attention y weights the values, O = y V, and the gradient is
 * dO V^T: then the sums are those of dO * O, which is narrower (headDim instead of all keys) and saves two passes over [queries, keys].
 */
function rowSums(math: GradientMath, gradient: Value, y: Value, axis: number): Value {
  const sum = axis === y.shape.length - 1 ? math.weightedSumBehind(gradient) : undefined;
  if (sum === undefined || sum.result.shape.at(-1)! >= y.shape.at(-1)!) return math.sum(math.mul(gradient, y), [axis]);
  return math.sum(math.mul(sum.gradient, sum.result), [axis]);
}

export const normalizationRules: { readonly [Op in keyof typeof normalizationOps & OpName]: TableEntry<AttributesOf<Op>> } = {
  Softmax: ({ math, gradient, outputs: [y], attributes: { axis } }) => [
    () => math.mul(y!, math.sub(gradient, rowSums(math, gradient, y!, normalizeAxis(axis, y!.shape.length)))),
  ],

  InstanceNormalization: ({ math, gradient, inputs: [x, scale, bias], outputs: [y], attributes: { epsilon } }) => {
    const rank = x!.shape.length;
    const spatial = Array.from({ length: rank - 2 }, (_, i) => i + 2);
    const others = [0, ...spatial];
    const perChannel = (value: Value): Value => math.reshape(value, [1, x!.shape[1]!, ...spatial.map(() => 1)]);
    const isPlain = isFilledWith(math, scale!, 1) && isFilledWith(math, bias!, 0);
    const centred = math.sub(x!, math.mean(x!, spatial));
    const variance = math.mean(math.mul(centred, centred), spatial);
    const deviation = math.builder.node('Sqrt', [math.add(variance, math.builder.scalar(epsilon))]);
    const inverseDeviation = math.builder.node('Reciprocal', [deviation]);
    const normalized = isPlain ? y! : math.mul(centred, inverseDeviation);
    return [
      () => throughNormalization(math, isPlain ? gradient : math.mul(gradient, perChannel(scale!)), normalized, inverseDeviation, spatial),
      () => math.builder.node('ReduceSum', [math.mul(gradient, normalized)], { axes: others, keepDims: false }),
      () => math.builder.node('ReduceSum', [gradient], { axes: others, keepDims: false }),
    ];
  },

  LayerNormalization: ({ math, gradient, gradients, inputs: [x, scale, bias], outputs: [y, mean, inverseDeviation] }) => {
    if (gradients[1] !== undefined || gradients[2] !== undefined) noGradient('LayerNormalization', 'through its mean or deviation outputs');
    const last = [x!.shape.length - 1];
    const isPlain = isFilledWith(math, scale!, 1) && isFilledWith(math, bias!, 0);
    const normalized = isPlain ? y! : math.mul(math.sub(x!, mean!), inverseDeviation!);
    return [
      () => throughNormalization(math, isPlain ? gradient : math.mul(gradient, scale!), normalized, inverseDeviation!, last),
      () => math.sumTo(math.mul(gradient, normalized), scale!.shape),
      () => math.sumTo(gradient, bias!.shape),
    ];
  },
};
