/** @file Gradients of matrix products. Weights are never transposed where a flag of Gemm or an earlier transpose does it for nothing. */
import type { Value } from '../../graph/graph.ts';
import type { AttributesOf, OpName } from '../../graph/ops/index.ts';
import type { matmulOps } from '../../graph/ops/matmul.ts';
import { elementCount } from '../../tensor/shape.ts';
import type { GradientMath } from '../gradient-math.ts';
import type { TableEntry } from '../gradient-rule.ts';

/** [..., M, K] as one matrix [... * M, K]. */
function asMatrix(math: GradientMath, x: Value): Value {
  const width = x.shape.at(-1)!;
  return math.reshape(x, [elementCount(x.shape) / width, width]);
}

/** g B^T for a matrix B [K, N] shared by every row: a product with Gemm's transB, or with W itself where B is W^T. */
function timesTransposedMatrix(math: GradientMath, gradient: Value, b: Value, shape: readonly number[]): Value {
  if (math.builder.producerOf(b)?.op === 'Transpose') return math.builder.node('MatMul', [gradient, math.swapLast(b)]);
  return math.reshape(math.gemm(asMatrix(math, gradient), b, false, true), shape);
}

/**
 * A^T g for batched operands. The operand with most elements (attention weights [L, L]) stays as it is: where A is the larger,
 * (g^T A)^T moves two small tensors instead, and those transposes usually merge with the ones that split the heads.
 */
function transposedTimes(math: GradientMath, a: Value, gradient: Value): Value {
  const result = (a.shape.at(-1)! * elementCount(gradient.shape)) / a.shape.at(-2)!;
  if (elementCount(a.shape) > elementCount(gradient.shape) + result) {
    return math.swapLast(math.builder.node('MatMul', [math.swapLast(gradient), a]));
  }
  return math.builder.node('MatMul', [math.swapLast(a), gradient]);
}

export const matmulRules: { readonly [Op in keyof typeof matmulOps & OpName]: TableEntry<AttributesOf<Op>> } = {
  MatMul: ({ math, gradient, inputs: [a, b], outputs: [y] }) => {
    if (b!.shape.length === 2) {
      return [() => timesTransposedMatrix(math, gradient, b!, a!.shape), () => math.gemm(asMatrix(math, a!), asMatrix(math, gradient), true, false)];
    }
    return [
      () => {
        const product = math.builder.node('MatMul', [gradient, math.swapLast(b!)]);
        return math.sumTo(math.rememberWeightedSum(product, { result: y!, gradient }), a!.shape);
      },
      () => math.sumTo(transposedTimes(math, a!, gradient), b!.shape),
    ];
  },

  Gemm: ({ math, gradient, inputs: [a, b, c], attributes: { transA, transB, alpha, beta } }) => [
    () => (transA ? math.gemm(b!, gradient, transB, true, alpha) : math.gemm(gradient, b!, false, !transB, alpha)),
    () => (transB ? math.gemm(gradient, a!, true, transA, alpha) : math.gemm(a!, gradient, !transA, false, alpha)),
    c === undefined ? undefined : () => math.scale(math.sumTo(gradient, c.shape), beta),
  ],

  // Fused attention keeps no weights to differentiate: training builds MatMul, Softmax, MatMul.
  MultiHeadAttention: 'not-differentiable',
};
