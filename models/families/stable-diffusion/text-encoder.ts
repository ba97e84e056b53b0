/** @file CLIPTextModel: tokens to text features. */
import { AppError } from '../../errors/app-error.ts';
import { GraphBuilder } from '../../graph/graph-builder.ts';
import type { Graph, Value } from '../../graph/graph.ts';
import { activate } from '../../layers/activations.ts';
import { attention, type ProjectionNames } from '../../layers/attention.ts';
import { linear } from '../../layers/linear.ts';
import { ModuleContext } from '../../layers/module-context.ts';
import { layerNorm } from '../../layers/normalization.ts';
import { reshape } from '../../layers/reshape.ts';
import { float32 } from '../../tensor/tensor.ts';
import type { ClipTextConfig } from './clip-text-config.ts';

export interface TextEncoderOptions {
  readonly batch: number;
  /** Tokens; at most the model's positions. */
  readonly length: number;
  /** Last layers to leave out, as `clip_skip` does in diffusers. Default 0. */
  readonly skippedLayers?: number;
}

export const textEncoderNames = { input: 'input_ids', output: 'last_hidden_state' } as const;

const clipNames: ProjectionNames = { query: 'q_proj', key: 'k_proj', value: 'v_proj', output: 'out_proj' };

/**
 * The text encoder as one graph: `input_ids` int32 [N, L] to `last_hidden_state` float32 [N, L, D].
 *
 * The last layer norm applies whichever layer the features come from, as diffusers has it with `clip_skip`.
 *
 * @throws {AppError} `shape-mismatch` if the length exceeds the model's positions or no layer is left
 */
export function buildTextEncoder(config: ClipTextConfig, { batch, length, skippedLayers = 0 }: TextEncoderOptions): Graph {
  if (length > config.positions) {
    throw new AppError('shape-mismatch', { message: `${length} tokens are more than the text encoder's ${config.positions}`, help: 'Shorten the prompt.' });
  }
  if (skippedLayers >= config.layers) throw new AppError('shape-mismatch', { message: `${skippedLayers} of ${config.layers} text encoder layers skipped` });
  const builder = new GraphBuilder('text_encoder');
  const root = new ModuleContext(builder, 'text_encoder.text_model', { attention: 'decomposed' }, 'text_model');
  const tokens = builder.input(textEncoderNames.input, 'int32', [batch, length]);
  const mask = causalMask(builder, length);
  let rows = embed(root.child('embeddings'), config, tokens);
  for (let i = 0; i < config.layers - skippedLayers; i++) rows = encoderLayer(root.child(`encoder.layers.${i}`), config, rows, { batch, length, mask });
  const normalized = layerNorm(root.child('final_layer_norm'), rows, config.eps);
  builder.output(textEncoderNames.output, reshape(builder, normalized, [batch, length, config.width]));
  return builder.build();
}

/** Token and position embeddings as rows [N * L, D]. */
function embed(context: ModuleContext, config: ClipTextConfig, tokens: Value): Value {
  return context.scoped(() => {
    const { builder } = context;
    const [batch, length] = tokens.shape as readonly [number, number];
    const table = context.weight('token_embedding.weight', [config.vocabularySize, config.width]);
    const places = context.weight('position_embedding.weight', [config.positions, config.width]);
    const used = length === config.positions ? places : builder.node('Slice', [places], { axes: [0], starts: [0], ends: [length], steps: [1] });
    const sum = builder.node('Add', [builder.node('Gather', [table, tokens], { axis: 0 }), used]);
    return reshape(builder, sum, [batch * length, config.width]);
  });
}

/** 0 where a token may look, a large negative number where it would look ahead. */
function causalMask(builder: GraphBuilder, length: number): Value {
  const ahead = (i: number): boolean => i % length > Math.floor(i / length);
  return builder.constant(float32([length, length], Array.from({ length: length * length }, (_, i) => (ahead(i) ? -1e9 : 0))));
}

function encoderLayer(
  context: ModuleContext,
  { heads, eps, activation, width, feedForwardWidth }: ClipTextConfig,
  rows: Value,
  { batch, length, mask }: { readonly batch: number; readonly length: number; readonly mask: Value },
): Value {
  return context.scoped(() => {
    const { builder } = context;
    const sequence = { rows: layerNorm(context.child('layer_norm1'), rows, eps), batch, length };
    const seen = builder.node('Add', [rows, attention(context.child('self_attn'), sequence, sequence, { heads, bias: true, names: clipNames, mask })]);
    const wide = linear(context.child('mlp.fc1'), layerNorm(context.child('layer_norm2'), seen, eps), feedForwardWidth);
    return builder.node('Add', [seen, linear(context.child('mlp.fc2'), activate(builder, activation, wide), width)]);
  });
}
