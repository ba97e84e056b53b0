/** @file Multi-head attention on rows: one fused kernel for inference, plain products where gradients are wanted. */
import type { GraphBuilder } from '../graph/graph-builder.ts';
import type { Value } from '../graph/graph.ts';
import { linear } from './linear.ts';
import type { ModuleContext } from './module-context.ts';
import { reshape } from './reshape.ts';

/** Rows [batch * length, width], kept flat so that the linear layers around attention need no reshape. */
export interface Sequence {
  readonly rows: Value;
  readonly batch: number;
  readonly length: number;
}

/** Names of the four projections; diffusers' by default. */
export interface ProjectionNames {
  readonly query: string;
  readonly key: string;
  readonly value: string;
  readonly output: string;
}

export interface AttentionOptions {
  readonly heads: number;
  /** Default: the width of the queries divided by `heads`. */
  readonly headDim?: number;
  /** Bias of the query, key and value projections; the output projection always has one. */
  readonly bias: boolean;
  readonly names?: ProjectionNames;
  /** Added to the scores; broadcasts to [batch, heads, queries, keys]. Decomposed only. */
  readonly mask?: Value;
}

// Below the 128 MiB that every WebGPU adapter binds.
const defaultAttentionBytes = 128 * 2 ** 20;
const diffusersNames: ProjectionNames = { query: 'to_q', key: 'to_k', value: 'to_v', output: 'to_out.0' };

/**
 * softmax(Q Kᵀ / sqrt(headDim)) V for each head, between the four projections.
 *
 * @param hidden  where queries come from
 * @param source  where keys and values come from; `hidden` itself for self-attention
 * @returns rows of the same shape as `hidden.rows`
 */
export function attention(context: ModuleContext, hidden: Sequence, source: Sequence, options: AttentionOptions): Value {
  return context.scoped(() => {
    const { names = diffusersNames, bias, heads } = options;
    const width = hidden.rows.shape[1]!;
    const headDim = options.headDim ?? width / heads;
    const inner = heads * headDim;
    const scale = 1 / Math.sqrt(headDim);
    const fused = context.options.attention === 'fused' && options.mask === undefined;
    const query = linear(context.child(names.query), hidden.rows, inner, { bias, outputScale: fused ? 1 : scale });
    const key = linear(context.child(names.key), source.rows, inner, { bias });
    const value = linear(context.child(names.value), source.rows, inner, { bias });
    const attended = fused
      ? fusedAttention(context.builder, [query, key, value], hidden, source, heads, scale)
      : decomposedAttention(context, [query, key, value], hidden, source, options, headDim);
    return linear(context.child(names.output), attended, width);
  });
}

type Projections = readonly [query: Value, key: Value, value: Value];

function fusedAttention(builder: GraphBuilder, [query, key, value]: Projections, hidden: Sequence, source: Sequence, heads: number, scale: number): Value {
  const sequence = (rows: Value, { batch, length }: Sequence): Value => reshape(builder, rows, [batch, length, rows.shape[1]!]);
  const attended = builder.node('MultiHeadAttention', [sequence(query, hidden), sequence(key, source), sequence(value, source)], { numHeads: heads, scale });
  return reshape(builder, attended, query.shape);
}

/** The queries come already scaled. */
function decomposedAttention(
  context: ModuleContext,
  [query, key, value]: Projections,
  hidden: Sequence,
  source: Sequence,
  { heads, mask }: AttentionOptions,
  headDim: number,
): Value {
  const { builder } = context;
  const perHead = (rows: Value, { batch, length }: Sequence, perm: readonly number[]): Value =>
    builder.node('Transpose', [reshape(builder, rows, [batch, length, heads, headDim])], { perm: [...perm] });
  const q = perHead(query, hidden, [0, 2, 1, 3]); // [N, heads, queries, headDim]
  const k = perHead(key, source, [0, 2, 3, 1]); // [N, heads, headDim, keys]
  const v = perHead(value, source, [0, 2, 1, 3]); // [N, heads, keys, headDim]
  const limit = context.options.attentionBytes ?? defaultAttentionBytes;
  const rowBytes = 4 * hidden.batch * source.length;
  const headsAtOnce = Math.max(1, Math.min(heads, Math.floor(limit / (rowBytes * hidden.length))));
  const rowsAtOnce = Math.max(1, Math.min(hidden.length, Math.floor(limit / (rowBytes * headsAtOnce))));
  const parts = (x: Value, axis: number, size: number): readonly Value[] => splitEvery(builder, x, axis, size);
  const keyParts = parts(k, 1, headsAtOnce);
  const valueParts = parts(v, 1, headsAtOnce);
  const byHead = parts(q, 1, headsAtOnce).map((queryPart, i) => {
    const byRow = parts(queryPart, 2, rowsAtOnce).map((rows, row) =>
      attend(builder, rows, keyParts[i]!, valueParts[i]!, maskRows(builder, mask, row * rowsAtOnce, rows.shape[2]!)),
    );
    return concat(builder, byRow, 2);
  });
  const attended = builder.node('Transpose', [concat(builder, byHead, 1)], { perm: [0, 2, 1, 3] }); // [N, queries, heads, headDim]
  return reshape(builder, attended, query.shape);
}

function attend(builder: GraphBuilder, query: Value, key: Value, value: Value, mask: Value | undefined): Value {
  const products = builder.node('MatMul', [query, key]);
  const scores = mask === undefined ? products : builder.node('Add', [products, mask]);
  return builder.node('MatMul', [builder.node('Softmax', [scores], { axis: scores.shape.length - 1 }), value]);
}

function maskRows(builder: GraphBuilder, mask: Value | undefined, start: number, count: number): Value | undefined {
  const axis = (mask?.shape.length ?? 0) - 2;
  if (mask === undefined || mask.shape[axis] === count || mask.shape[axis] === 1) return mask;
  return builder.node('Slice', [mask], { axes: [axis], starts: [start], ends: [start + count], steps: [1] });
}

function splitEvery(builder: GraphBuilder, x: Value, axis: number, size: number): readonly Value[] {
  const total = x.shape[axis]!;
  if (size >= total) return [x];
  const sizes = Array.from({ length: Math.ceil(total / size) }, (_, i) => Math.min(size, total - i * size));
  return builder.split('Split', [x], { axis, sizes });
}

function concat(builder: GraphBuilder, parts: readonly Value[], axis: number): Value {
  return parts.length === 1 ? parts[0]! : builder.node('Concat', parts, { axis });
}
