/** @file Changes of shape that add no node where nothing changes. */
import type { GraphBuilder } from '../graph/graph-builder.ts';
import type { Value } from '../graph/graph.ts';
import { elementCount, shapesEqual, type Shape } from '../tensor/shape.ts';

/** `x` with another shape and the same elements. */
export function reshape(builder: GraphBuilder, x: Value, shape: Shape): Value {
  return shapesEqual(x.shape, shape) ? x : builder.node('Reshape', [x], { shape: [...shape] });
}

/** [..., width] as a matrix [rows, width]. */
export function flattenRows(builder: GraphBuilder, x: Value): Value {
  const width = x.shape.at(-1)!;
  return reshape(builder, x, [elementCount(x.shape) / width, width]);
}

/** A picture [N, C, H, W] as rows of channels [N * H * W, C]. */
export function pixelsToRows(builder: GraphBuilder, x: Value): Value {
  return flattenRows(builder, builder.node('Transpose', [x], { perm: [0, 2, 3, 1] }));
}

/** The inverse of `pixelsToRows`. */
export function rowsToPixels(builder: GraphBuilder, rows: Value, batch: number, height: number, width: number): Value {
  const channelsLast = reshape(builder, rows, [batch, height, width, rows.shape[1]!]);
  return builder.node('Transpose', [channelsLast], { perm: [0, 3, 1, 2] });
}

/** `x * factor`, or `x` itself where the factor is 1. */
export function scaleBy(builder: GraphBuilder, x: Value, factor: number): Value {
  return factor === 1 ? x : builder.node('Mul', [x, builder.scalar(factor)]);
}
