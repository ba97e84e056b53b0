/** @file The text encoder of a CompVis checkpoint, CLIP's or OpenCLIP's: its configuration from shapes, and its names in transformers. */
import type { TensorEntry } from '../../../formats/safetensors-header.ts';
import { countBlocks, renamed, rowsOf, type PartTensors } from './layout.ts';

/** All CLIP text encoders have heads of this width. */
const headWidth = 64;

function configOf(
  sizes: { width: number; vocabulary: number; positions: number; feedForward: number; layers: number },
  activation: string,
): Record<string, unknown> {
  return {
    architectures: ['CLIPTextModel'],
    model_type: 'clip_text_model',
    hidden_size: sizes.width,
    intermediate_size: sizes.feedForward,
    num_hidden_layers: sizes.layers,
    num_attention_heads: sizes.width / headWidth,
    vocab_size: sizes.vocabulary,
    max_position_embeddings: sizes.positions,
    hidden_act: activation,
  };
}

/** text_encoder/config.json of a CLIPTextModel inside a checkpoint, as Stable Diffusion 1.x has it. */
export function clipConfig(part: PartTensors): Record<string, unknown> {
  const named = new Map([...part].map(([name, entry]) => [withRoot(name), entry]));
  const shape = (name: string): readonly number[] => named.get(`text_model.${name}`)?.shape ?? [];
  const [vocabulary = 0, width = 0] = shape('embeddings.token_embedding.weight');
  const feedForward = shape('encoder.layers.0.mlp.fc1.weight')[0] ?? 0;
  const positions = shape('embeddings.position_embedding.weight')[0] ?? 0;
  return configOf({ width, vocabulary, positions, feedForward, layers: countBlocks(named, 'text_model.encoder.layers.') }, 'quick_gelu');
}

/** The tensors of a CLIPTextModel: the names are transformers' own; the oldest files leave out `text_model.`. */
export function clipEntries(part: PartTensors): TensorEntry[] {
  return [...part].map(([name, entry]) => renamed(entry, withRoot(name)));
}

function withRoot(name: string): string {
  return name.startsWith('text_model.') ? name : `text_model.${name}`;
}

/**
 * Stable Diffusion 2 reads the output of the last layer but one, so diffusers leaves the last of OpenCLIP-H's 24 out and norms the 23rd's.
 * A file that was saved without it keeps all it has.
 */
const unusedLayer = 23;

/** text_encoder/config.json of an OpenCLIP text model, as Stable Diffusion 2.x has it. */
export function openClipConfig(part: PartTensors): Record<string, unknown> {
  const shape = (name: string): readonly number[] => part.get(name)?.shape ?? [];
  const [vocabulary = 0, width = 0] = shape('token_embedding.weight');
  const [positions = 0] = shape('positional_embedding');
  const feedForward = shape('transformer.resblocks.0.mlp.c_fc.weight')[0] ?? 0;
  return configOf({ width, vocabulary, positions, feedForward, layers: Math.min(unusedLayer, countBlocks(part, 'transformer.resblocks.')) }, 'gelu');
}

const layerNames: Readonly<Record<string, string>> = {
  ln_1: 'layer_norm1',
  ln_2: 'layer_norm2',
  'attn.out_proj': 'self_attn.out_proj',
  'mlp.c_fc': 'mlp.fc1',
  'mlp.c_proj': 'mlp.fc2',
};
const rootNames: Readonly<Record<string, string>> = {
  positional_embedding: 'embeddings.position_embedding.weight',
  'token_embedding.weight': 'embeddings.token_embedding.weight',
  'ln_final.weight': 'final_layer_norm.weight',
  'ln_final.bias': 'final_layer_norm.bias',
};

/** The tensors of an OpenCLIP text model by their names in transformers; the joined query, key and value projection is cut in three. */
export function openClipEntries(part: PartTensors): TensorEntry[] {
  return [...part].flatMap(([key, entry]) => {
    if (Object.hasOwn(rootNames, key)) return [renamed(entry, `text_model.${rootNames[key]!}`)];
    const match = /^transformer\.resblocks\.(\d+)\.(.+)[._](weight|bias)$/.exec(key);
    if (match === null || Number(match[1]) === unusedLayer) return []; // text_projection, logit_scale: only for comparing with pictures
    const [, layer, module, kind] = match as unknown as [string, string, string, string];
    const path = `text_model.encoder.layers.${layer}`;
    if (module === 'attn.in_proj') return ['q_proj', 'k_proj', 'v_proj'].map((name, index) => rowsOf(entry, `${path}.self_attn.${name}.${kind}`, index, 3));
    const name = layerNames[module];
    return name === undefined ? [] : [renamed(entry, `${path}.${name}.${kind}`)];
  });
}
