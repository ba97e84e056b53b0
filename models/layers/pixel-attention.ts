/** @file Plain self-attention over the pixels of a picture, as autoencoders and the `AttnDownBlock2D` kind have it. */
import type { Value } from '../graph/graph.ts';
import { attention } from './attention.ts';
import type { ModuleContext } from './module-context.ts';
import { groupNorm } from './normalization.ts';
import { pixelsToRows, rowsToPixels, scaleBy } from './reshape.ts';

export interface PixelAttentionOptions {
  readonly headDim: number;
  readonly groups: number;
  readonly eps: number;
  /** The sum is divided by this. Default 1. */
  readonly outputScaleFactor?: number;
}

/** x + attention(norm(x)) over [N, C, H, W]; every projection has a bias. */
export function pixelAttention(context: ModuleContext, x: Value, options: PixelAttentionOptions): Value {
  return context.scoped(() => {
    const { builder } = context;
    const { headDim, groups, eps, outputScaleFactor = 1 } = options;
    const [batch, channels, height, width] = x.shape as readonly [number, number, number, number];
    const rows = pixelsToRows(builder, groupNorm(context.child('group_norm'), x, groups, eps));
    const sequence = { rows, batch, length: height * width };
    const attended = attention(context, sequence, sequence, { heads: Math.floor(channels / headDim), headDim, bias: true });
    const sum = builder.node('Add', [rowsToPixels(builder, attended, batch, height, width), x]);
    return scaleBy(builder, sum, 1 / outputScaleFactor);
  });
}
