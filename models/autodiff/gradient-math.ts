/**
 * @file The few operations that gradient rules are written in. Each looks at how its operand was made and leaves out what
 * would cancel: a transpose of a transpose, a reshape to the same shape, a product with one.
 */
import type { GraphBuilder } from '../graph/graph-builder.ts';
import type { Node, Value } from '../graph/graph.ts';
import type { GemmAttributes } from '../graph/ops/matmul.ts';
import { elementCount, shapesEqual, type Shape } from '../tensor/shape.ts';

/** True if `perm` leaves every axis where it is. */
function isIdentity(perm: readonly number[]): boolean {
  return perm.every((axis, i) => axis === i);
}

/** A product P V of the forward graph, met on the way back: its result, and the gradient of that. */
export interface WeightedSum {
  readonly result: Value;
  readonly gradient: Value;
}

/** Adds nodes to `builder`, as few as it can. All values are float32 unless a method says otherwise. */
export class GradientMath {
  readonly builder: GraphBuilder;
  /** Products made here; nothing but the gradient that asked for them uses them. */
  readonly #products = new Set<Value>();
  readonly #weightedSums = new Map<Value, WeightedSum>();

  constructor(builder: GraphBuilder) {
    this.builder = builder;
  }

  add(a: Value, b: Value): Value {
    return this.builder.node('Add', [a, b]);
  }

  sub(a: Value, b: Value): Value {
    return this.builder.node('Sub', [a, b]);
  }

  mul(a: Value, b: Value): Value {
    return this.builder.node('Mul', [a, b]);
  }

  div(a: Value, b: Value): Value {
    return this.builder.node('Div', [a, b]);
  }

  neg(x: Value): Value {
    return this.builder.node('Neg', [x]);
  }

  /** x * factor; `x` itself where the factor is 1. */
  scale(x: Value, factor: number): Value {
    if (factor === 1) return x;
    return factor === -1 ? this.neg(x) : this.mul(x, this.builder.scalar(factor));
  }

  /** 1 - x. */
  oneMinus(x: Value): Value {
    return this.sub(this.builder.scalar(1), x);
  }

  /** Sum over `axes`, kept with size 1. */
  sum(x: Value, axes: readonly number[]): Value {
    return this.builder.node('ReduceSum', [x], { axes, keepDims: true });
  }

  /** Mean over `axes`, kept with size 1. */
  mean(x: Value, axes: readonly number[]): Value {
    return this.builder.node('ReduceMean', [x], { axes, keepDims: true });
  }

  /** `x` where the bool `condition` holds, else 0. */
  keepWhere(condition: Value, x: Value): Value {
    return this.builder.node('Where', [condition, x, this.builder.scalar(0)]);
  }

  /** 0 where the bool `condition` holds, else `x`. */
  dropWhere(condition: Value, x: Value): Value {
    return this.builder.node('Where', [condition, this.builder.scalar(0), x]);
  }

  /** The same elements in another shape. */
  reshape(x: Value, shape: Shape): Value {
    if (shapesEqual(x.shape, shape)) return x;
    const producer = this.builder.producerOf(x);
    if (producer?.op === 'Reshape') return this.reshape(producer.inputs[0]!, shape);
    return this.builder.node('Reshape', [x], { shape });
  }

  /** Axis i of the result is axis `perm[i]` of `x`. */
  transpose(x: Value, perm: readonly number[]): Value {
    if (isIdentity(perm)) return x;
    const producer = this.builder.producerOf(x);
    if (producer?.op === 'Transpose') {
      const inner = producer.attributes['perm'] as readonly number[];
      return this.transpose(
        producer.inputs[0]!,
        perm.map((axis) => inner[axis]!),
      );
    }
    if (producer !== undefined && this.#products.has(x)) return this.#transposedGemm(producer);
    // Moving an axis of size 1 moves no element.
    const movesNothing = isIdentity(perm.filter((axis) => x.shape[axis] !== 1).map((axis, _, kept) => kept.filter((other) => other < axis).length));
    if (movesNothing)
      return this.reshape(
        x,
        perm.map((axis) => x.shape[axis]!),
      );
    return this.builder.node('Transpose', [x], { perm });
  }

  /** Swaps the last two axes. */
  swapLast(x: Value): Value {
    const rank = x.shape.length;
    return this.transpose(
      x,
      x.shape.map((_, axis) => (axis < rank - 2 ? axis : axis === rank - 2 ? rank - 1 : rank - 2)),
    );
  }

  /** Adds up what broadcasting spread: the gradient of an operand of `shape` from the gradient of the result. */
  sumTo(x: Value, shape: Shape): Value {
    if (shapesEqual(x.shape, shape)) return x;
    const extra = x.shape.length - shape.length;
    const axes = x.shape.flatMap((size, axis) => (axis < extra || (shape[axis - extra] === 1 && size !== 1) ? [axis] : []));
    const onlyLeading = axes.length > 0 && axes.at(-1)! < extra && axes.length === extra;
    if (axes.length === 0 || elementCount(x.shape) === elementCount(shape)) return this.reshape(x, shape);
    return this.reshape(this.builder.node('ReduceSum', [x], { axes, keepDims: !onlyLeading }), shape);
  }

  /** Spreads `x` over `shape`. */
  expand(x: Value, shape: Shape): Value {
    return shapesEqual(x.shape, shape) ? x : this.builder.node('Expand', [x], { shape });
  }

  /** Zeros of `shape`. */
  zeros(shape: Shape): Value {
    return this.expand(this.builder.scalar(0), shape);
  }

  /** op(a) op(b) on matrices. */
  gemm(a: Value, b: Value, transA: boolean, transB: boolean, alpha = 1): Value {
    const product = this.builder.node('Gemm', [a, b], { transA, transB, alpha, beta: 1 });
    this.#products.add(product);
    return product;
  }

  /**
   * known + contribution. Where the contribution is a matrix product that `recipe` makes, `known` becomes its third operand: one
   * pass over the memory less, and most gradients of rows are sums of such products (query, key, value, and an adapter for each).
   */
  accumulate(known: Value | undefined, recipe: () => Value): Value {
    const nodesBefore = this.builder.nodes.length;
    const contribution = recipe();
    if (known === undefined) return contribution;
    const last = this.builder.nodes.at(-1)!;
    const isFreshProduct = this.builder.nodes.length > nodesBefore && last.outputs[0] === contribution && this.#products.has(contribution);
    if (!isFreshProduct) return this.add(known, contribution);
    const attributes = last.attributes as unknown as GemmAttributes;
    return this.builder.node('Gemm', [...last.inputs, known], { ...attributes, beta: 1 });
  }

  /** Remembers that `weightsGradient` is gradient V^T: the softmax before it can then take its row sums from the narrower result. */
  rememberWeightedSum(weightsGradient: Value, sum: WeightedSum): Value {
    this.#weightedSums.set(weightsGradient, sum);
    return weightsGradient;
  }

  /** The product P V whose gradient with respect to P is exactly `weightsGradient`, if that is known. */
  weightedSumBehind(weightsGradient: Value): WeightedSum | undefined {
    return this.#weightedSums.get(weightsGradient);
  }

  /** (op(A) op(B))^T is op(B)^T op(A)^T: no element has to move. The first product is left behind and pruned. */
  #transposedGemm(product: Node): Value {
    const { transA, transB, alpha } = product.attributes as unknown as GemmAttributes;
    return this.gemm(product.inputs[1]!, product.inputs[0]!, !transB, !transA, alpha);
  }
}
