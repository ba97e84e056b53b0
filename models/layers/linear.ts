/** @file Linear layers on matrices of rows, with their adapters. */
import type { GraphBuilder } from '../graph/graph-builder.ts';
import type { Value } from '../graph/graph.ts';
import type { ModuleContext } from './module-context.ts';
import { flattenRows, reshape } from './reshape.ts';

export interface LinearOptions {
  /** Default true. */
  readonly bias?: boolean;
  /** Multiplies the whole output, at no cost: it becomes the product's alpha. Default 1. */
  readonly outputScale?: number;
}

/**
 * y = x Wᵀ + b. The weight stays [out, in] as PyTorch stores it: the product transposes while it reads.
 *
 * @param x float32 [..., in]
 * @returns [..., out]
 */
export function linear(context: ModuleContext, x: Value, outFeatures: number, options: LinearOptions = {}): Value {
  return context.scoped(() => {
    const { builder } = context;
    const inFeatures = x.shape.at(-1)!;
    const weight = context.weight('weight', [outFeatures, inFeatures]);
    const bias = (options.bias ?? true) ? context.weight('bias', [outFeatures]) : undefined;
    const adapter = context.adapter({ kind: 'linear', inFeatures, outFeatures });
    const rows = product(builder, flattenRows(builder, x), weight, bias, adapter, options.outputScale ?? 1);
    return reshape(builder, rows, [...x.shape.slice(0, -1), outFeatures]);
  });
}

/**
 * A 1x1 convolution on rows of channels instead of a picture: one matrix product, and no change of layout around it.
 *
 * @param rows float32 [N * H * W, in]
 * @returns [N * H * W, out]
 */
export function pointwiseConv(context: ModuleContext, rows: Value, outChannels: number): Value {
  return context.scoped(() => {
    const { builder } = context;
    const inChannels = rows.shape[1]!;
    const weight = reshape(builder, context.weight('weight', [outChannels, inChannels, 1, 1]), [outChannels, inChannels]);
    const adapter = context.adapter({ kind: 'conv', inChannels, outChannels, kernel: [1, 1], stride: [1, 1] });
    const matrices = adapter && {
      down: reshape(builder, adapter.down, [adapter.down.shape[0]!, inChannels]),
      up: reshape(builder, adapter.up, [outChannels, adapter.up.shape[1]!]),
      scale: adapter.scale,
    };
    return product(builder, rows, weight, context.weight('bias', [outChannels]), matrices, 1);
  });
}

/** alpha * (rows weightᵀ + bias + scale * rows downᵀ upᵀ). */
function product(
  builder: GraphBuilder,
  rows: Value,
  weight: Value,
  bias: Value | undefined,
  adapter: { readonly down: Value; readonly up: Value; readonly scale: number } | undefined,
  alpha: number,
): Value {
  const plain = { transA: false, transB: true, alpha: 1, beta: 1 } as const;
  const y = builder.node('Gemm', bias === undefined ? [rows, weight] : [rows, weight, bias], { ...plain, alpha, beta: alpha });
  if (adapter === undefined) return y;
  // The sum is the second product's C: no separate addition of [rows, out].
  const narrow = builder.node('Gemm', [rows, adapter.down], plain);
  return builder.node('Gemm', [narrow, adapter.up, y], { ...plain, alpha: alpha * adapter.scale });
}
