/** @file text_encoder/config.json of CLIPTextModel. */
import type { Activation } from '../../layers/activations.ts';
import { ConfigReader } from '../config-reader.ts';

export interface ClipTextConfig {
  readonly vocabularySize: number;
  readonly width: number;
  readonly feedForwardWidth: number;
  readonly layers: number;
  readonly heads: number;
  /** Longest token list. */
  readonly positions: number;
  readonly activation: Activation;
  readonly eps: number;
}

/**
 * Reads the parsed text_encoder/config.json.
 *
 * @throws {AppError} `model-unknown` naming the key that we cannot build, its value, and what we can
 */
export function readClipTextConfig(json: unknown): ClipTextConfig {
  const reader = new ConfigReader('text_encoder/config.json', json);
  const architectures = reader.optional('architectures');
  if (Array.isArray(architectures) && !architectures.includes('CLIPTextModel')) reader.reject('architectures', 'CLIPTextModel');
  reader.requireOnly({ model_type: 'clip_text_model' });
  const width = reader.count('hidden_size', 512);
  const heads = reader.count('num_attention_heads', 8);
  if (width % heads !== 0) reader.reject('num_attention_heads', `a divisor of hidden_size (${width})`);
  return {
    vocabularySize: reader.count('vocab_size', 49408),
    width,
    heads,
    feedForwardWidth: reader.count('intermediate_size', 2048),
    layers: reader.count('num_hidden_layers', 12),
    positions: reader.count('max_position_embeddings', 77),
    activation: reader.choice('hidden_act', ['quick_gelu', 'gelu', 'silu', 'relu'], 'quick_gelu'),
    eps: reader.number('layer_norm_eps', 1e-5),
  };
}
