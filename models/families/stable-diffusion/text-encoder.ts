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
  /**
   * `ids` (default) looks tokens up in the table, which is one of the graph's weights; `rows` is fed the rows of the table in their place:
   * see `tokenTableName`.
   */
  readonly tokens?: 'ids' | 'rows';
}

export const textEncoderNames = { ids: 'input_ids', rows: 'token_rows', output: 'last_hidden_state' } as const;

const clipNames: ProjectionNames = { query: 'q_proj', key: 'k_proj', value: 'v_proj', output: 'out_proj' };

/**
 * The text encoder as one graph: `input_ids` int32 [N, L], or `token_rows` float32 [N, L, D], to `last_hidden_state` float32 [N, L, D].
 *
 * The last layer norm applies whichever layer the features come from, as diffusers has it with `clip_skip`.
 *
 * @throws {AppError} `shape-mismatch` if the length exceeds the model's positions or no layer is left
 */
export function buildTextEncoder(config: ClipTextConfig, { batch, length, skippedLayers = 0, tokens = 'ids' }: TextEncoderOptions): Graph {
  if (length > config.positions) {
    throw new AppError('shape-mismatch', { message: `${length} tokens are more than the text encoder's ${config.positions}`, help: 'Shorten the prompt.' });
  }
  if (skippedLayers >= config.layers) throw new AppError('shape-mismatch', { message: `${skippedLayers} of ${config.layers} text encoder layers skipped` });
  const builder = new GraphBuilder('text_encoder');
  const root = new ModuleContext(builder, 'text_encoder.text_model', { attention: 'decomposed' }, 'text_model');
  const embeddings = root.child('embeddings');
  const looked =
    tokens === 'ids'
      ? lookUp(embeddings, config, builder.input(textEncoderNames.ids, 'int32', [batch, length]))
      : builder.input(textEncoderNames.rows, 'float32', [batch, length, config.width]);
  const mask = causalMask(builder, length);
  let rows = addPlaces(embeddings, config, looked);
  for (let i = 0; i < config.layers - skippedLayers; i++) rows = encoderLayer(root.child(`encoder.layers.${i}`), config, rows, { batch, length, mask });
  const normalized = layerNorm(root.child('final_layer_norm'), rows, config.eps);
  builder.output(textEncoderNames.output, reshape(builder, normalized, [batch, length, config.width]));
  return builder.build();
}

/** [N, L] tokens as [N, L, D] rows of the table. */
function lookUp(context: ModuleContext, config: ClipTextConfig, tokens: Value): Value {
  return context.scoped(() =>
    context.builder.node('Gather', [context.weight('token_embedding.weight', [config.vocabularySize, config.width]), tokens], { axis: 0 }),
  );
}

/** Token embeddings [N, L, D] with those of their positions, as rows [N * L, D]. */
function addPlaces(context: ModuleContext, config: ClipTextConfig, tokens: Value): Value {
  return context.scoped(() => {
    const { builder } = context;
    const [batch, length] = tokens.shape as readonly [number, number, number];
    const places = context.weight('position_embedding.weight', [config.positions, config.width]);
    const used = length === config.positions ? places : builder.node('Slice', [places], { axes: [0], starts: [0], ends: [length], steps: [1] });
    return reshape(builder, builder.node('Add', [tokens, used]), [batch * length, config.width]);
  });
}

/** 0 where a token may look, a large negative number where it would look ahead. */
function causalMask(builder: GraphBuilder, length: number): Value {
  const ahead = (i: number): boolean => i % length > Math.floor(i / length);
  return builder.constant(
    float32(
      [length, length],
      Array.from({ length: length * length }, (_, i) => (ahead(i) ? -1e9 : 0)),
    ),
  );
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
