/** @file Older spellings of weights: the names in a file -> the names that the graphs ask for. */

/** The parts of a model folder that hold weights; each one's name prefixes its weights. */
export const components = ['unet', 'text_encoder', 'vae'] as const;

export type Component = (typeof components)[number];

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
