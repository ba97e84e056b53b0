/** @file Older spellings of weights: the names in a file -> the names that the graphs ask for. */

/** The parts of a model folder that hold weights; each one's name prefixes its weights. */
export const components = ['unet', 'text_encoder', 'vae'] as const;

export type Component = (typeof components)[number];

/**
 * CLIP's table of tokens, of which a prompt needs 77 rows: they are read from the file and fed, and the table is placed nowhere. It has
 * 144.75 MiB in Stable Diffusion 1.x and 193 in 2.x, and WebGPU promises buffers of 128.
 */
export const tokenTableName = 'text_encoder.text_model.embeddings.token_embedding.weight';

/** Names of the attention layers in autoencoders saved before 2023. */
const oldAttentionNames: Readonly<Record<string, string>> = { query: 'to_q', key: 'to_k', value: 'to_v', proj_attn: 'to_out.0' };

/**
 * The parameter name of a tensor in a component's weight file, such as `unet.conv_in.weight`.
 *
 * @returns undefined for tensors that no graph reads, such as stored position numbers
 */
export function parameterName(component: Component, key: string): string | undefined {
  if (key.endsWith('.position_ids')) return undefined;
  if (component === 'text_encoder' && !key.startsWith('text_model.')) return `text_encoder.text_model.${key}`;
  if (component !== 'vae') return `${component}.${key}`;
  const renamed = key.replace(/(\.attentions\.\d+)\.(query|key|value|proj_attn)\./, (_, path: string, name: string) => `${path}.${oldAttentionNames[name]!}.`);
  return `vae.${renamed}`;
}
