/** @file The spatial transformer of latent diffusion: pixels become rows, see each other and the text, and go back. */
import type { Value } from '../graph/graph.ts';
import { geglu } from './activations.ts';
import { attention, type Sequence } from './attention.ts';
import { linear, pointwiseConv } from './linear.ts';
import type { ModuleContext } from './module-context.ts';
import { groupNorm, layerNorm } from './normalization.ts';
import { flattenRows, pixelsToRows, rowsToPixels } from './reshape.ts';

export interface TransformerOptions {
  readonly heads: number;
  readonly layers: number;
  readonly groups: number;
  /** Projections in and out are linear layers; otherwise their weights are those of 1x1 convolutions. */
  readonly linearProjection: boolean;
  /** The first attention looks at the text too, instead of the picture. */
  readonly onlyCrossAttention: boolean;
}

// Fixed in every Stable Diffusion; not in config.json.
const groupNormEps = 1e-6;
const layerNormEps = 1e-5;

/**
 * Group norm, projection, `layers` transformer blocks, projection, residual.
 *
 * @param x    float32 [N, C, H, W]
 * @param text float32 [N, L, D]
 * @returns [N, C, H, W]
 */
export function spatialTransformer(context: ModuleContext, x: Value, text: Value, options: TransformerOptions): Value {
  return context.scoped(() => {
    const { builder } = context;
    const [batch, channels, height, width] = x.shape as readonly [number, number, number, number];
    const project = options.linearProjection ? linear : pointwiseConv;
    const source: Sequence = { rows: flattenRows(builder, text), batch, length: text.shape[1]! };
    let rows = pixelsToRows(builder, groupNorm(context.child('norm'), x, options.groups, groupNormEps));
    rows = project(context.child('proj_in'), rows, channels);
    for (let i = 0; i < options.layers; i++) {
      rows = transformerBlock(context.child(`transformer_blocks.${i}`), { rows, batch, length: height * width }, source, options);
    }
    rows = project(context.child('proj_out'), rows, channels);
    return builder.node('Add', [rowsToPixels(builder, rows, batch, height, width), x]);
  });
}

/** Self-attention, attention to the text and a gated feed-forward, each behind a layer norm and around a residual. */
function transformerBlock(context: ModuleContext, hidden: Sequence, text: Sequence, { heads, onlyCrossAttention }: TransformerOptions): Value {
  return context.scoped(() => {
    const { builder } = context;
    const width = hidden.rows.shape[1]!;
    const add = (a: Value, b: Value): Value => builder.node('Add', [a, b]);
    const first = { ...hidden, rows: layerNorm(context.child('norm1'), hidden.rows, layerNormEps) };
    let rows = add(attention(context.child('attn1'), first, onlyCrossAttention ? text : first, { heads, bias: false }), hidden.rows);
    const second = { ...hidden, rows: layerNorm(context.child('norm2'), rows, layerNormEps) };
    rows = add(attention(context.child('attn2'), second, text, { heads, bias: false }), rows);
    const gated = geglu(context.child('ff.net.0'), layerNorm(context.child('norm3'), rows, layerNormEps), 4 * width);
    return add(linear(context.child('ff.net.2'), gated, width), rows);
  });
}
