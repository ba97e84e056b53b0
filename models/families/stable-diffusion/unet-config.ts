/** @file unet/config.json of UNet2DConditionModel, read once into plain numbers for each block. */
import type { Activation } from '../../layers/activations.ts';
import { ConfigReader } from '../config-reader.ts';

export type DownBlockType = (typeof downBlockTypes)[number];
export type UpBlockType = (typeof upBlockTypes)[number];
export type MidBlockType = (typeof midBlockTypes)[number];

const downBlockTypes = ['DownBlock2D', 'CrossAttnDownBlock2D', 'AttnDownBlock2D'] as const;
const upBlockTypes = ['UpBlock2D', 'CrossAttnUpBlock2D', 'AttnUpBlock2D'] as const;
const midBlockTypes = ['UNetMidBlock2DCrossAttn', 'UNetMidBlock2D'] as const;
const unetActivations = ['silu', 'swish', 'gelu', 'relu'] as const satisfies readonly Activation[];

/** One resolution of the UNet; the up blocks walk this list backwards. */
export interface UnetLevel {
  readonly downType: DownBlockType;
  /** The up block that works at this level's channels; up block 0 is the one of the last level. */
  readonly upType: UpBlockType;
  readonly channels: number;
  /** Residual blocks on the way down; one more on the way up. */
  readonly layers: number;
  readonly transformerLayers: number;
  /** Attention heads in transformers; in `Attn...Block2D` it is the width of a head instead. */
  readonly heads: number;
  readonly crossAttentionDim: number;
  readonly onlyCrossAttention: boolean;
}

export interface UnetConfig {
  /** [height, width] in latent pixels that the model was trained at. */
  readonly sampleSize: readonly [number, number];
  readonly inChannels: number;
  readonly outChannels: number;
  readonly levels: readonly UnetLevel[];
  /** Null where the model has none. */
  readonly midType: MidBlockType | null;
  readonly midScaleFactor: number;
  readonly downsamplePadding: number;
  readonly activation: Activation;
  readonly groups: number;
  readonly eps: number;
  readonly linearProjection: boolean;
  readonly flipSinToCos: boolean;
  readonly freqShift: number;
  readonly timeWidth: number;
  readonly convInKernel: number;
  readonly convOutKernel: number;
}

/** Options of UNet2DConditionModel that Stable Diffusion 1.x and 2.x do not use. */
const unsupported = {
  center_input_sample: false,
  dual_cross_attention: false,
  class_embed_type: null,
  num_class_embeds: null,
  addition_embed_type: null,
  encoder_hid_dim: null,
  encoder_hid_dim_type: null,
  resnet_time_scale_shift: 'default',
  resnet_skip_time_act: false,
  resnet_out_scale_factor: 1,
  time_embedding_type: 'positional',
  time_embedding_act_fn: null,
  timestep_post_act: null,
  time_cond_proj_dim: null,
  attention_type: 'default',
  class_embeddings_concat: false,
  cross_attention_norm: null,
  reverse_transformer_layers_per_block: null,
} as const;

/**
 * Reads the parsed unet/config.json.
 *
 * @throws {AppError} `model-unknown` naming the first key that we cannot build, its value, and what we can
 */
export function readUnetConfig(json: unknown): UnetConfig {
  const reader = new ConfigReader('unet/config.json', json);
  reader.requireOnly({ _class_name: 'UNet2DConditionModel', ...unsupported });
  const channels = reader.counts('block_out_channels', [320, 640, 1280, 1280]);
  const count = channels.length;
  const down = reader.choices('down_block_types', downBlockTypes, ['CrossAttnDownBlock2D', 'CrossAttnDownBlock2D', 'CrossAttnDownBlock2D', 'DownBlock2D']);
  const up = reader.choices('up_block_types', upBlockTypes, ['UpBlock2D', 'CrossAttnUpBlock2D', 'CrossAttnUpBlock2D', 'CrossAttnUpBlock2D']);
  if (down.length !== count) reader.reject('down_block_types', `${count} blocks, as many as block_out_channels`);
  if (up.length !== count) reader.reject('up_block_types', `${count} blocks, as many as block_out_channels`);
  const layers = reader.countPerBlock('layers_per_block', count, 2);
  const transformerLayers = reader.countPerBlock('transformer_layers_per_block', count, 1);
  // A name that stuck: attention_head_dim holds the number of heads in every published Stable Diffusion.
  const heads = reader.countPerBlock(reader.optional('num_attention_heads') === undefined ? 'attention_head_dim' : 'num_attention_heads', count, 8);
  const crossAttentionDim = reader.countPerBlock('cross_attention_dim', count, 1280);
  const onlyCross = reader.flagPerBlock('only_cross_attention', count, false);
  const groups = reader.count('norm_num_groups', 32);
  if (channels.some((width) => width % groups !== 0)) {
    reader.reject('norm_num_groups', `a divisor of every one of block_out_channels (${channels.join(', ')})`);
  }
  channels.forEach((width, i) => {
    if (width % heads[i]! !== 0) reader.reject('attention_head_dim', `divisors of block_out_channels (${channels.join(', ')})`);
  });
  return {
    sampleSize: readSampleSize(reader),
    inChannels: reader.count('in_channels', 4),
    outChannels: reader.count('out_channels', 4),
    levels: channels.map((width, i) => ({
      downType: down[i]!,
      upType: up[count - 1 - i]!,
      channels: width,
      layers: layers[i]!,
      transformerLayers: transformerLayers[i]!,
      heads: heads[i]!,
      crossAttentionDim: crossAttentionDim[i]!,
      onlyCrossAttention: onlyCross[i]!,
    })),
    midType: readMidType(reader, json),
    midScaleFactor: reader.number('mid_block_scale_factor', 1),
    downsamplePadding: reader.count('downsample_padding', 1, 0),
    activation: reader.choice('act_fn', unetActivations, 'silu'),
    groups,
    eps: reader.number('norm_eps', 1e-5),
    linearProjection: reader.boolean('use_linear_projection', false),
    flipSinToCos: reader.boolean('flip_sin_to_cos', true),
    freqShift: reader.number('freq_shift', 0),
    timeWidth: reader.count('time_embedding_dim', 4 * channels[0]!),
    convInKernel: readKernel(reader, 'conv_in_kernel'),
    convOutKernel: readKernel(reader, 'conv_out_kernel'),
  };
}

/** Null says that there is no middle block; only a missing key means the default one. */
function readMidType(reader: ConfigReader, json: unknown): MidBlockType | null {
  if ((json as Record<string, unknown>)['mid_block_type'] === null) return null;
  return reader.choice('mid_block_type', midBlockTypes, 'UNetMidBlock2DCrossAttn');
}

function readKernel(reader: ConfigReader, key: string): number {
  const side = reader.count(key, 3);
  return side % 2 === 1 ? side : reader.reject(key, 'an odd number');
}

function readSampleSize(reader: ConfigReader): readonly [number, number] {
  const [height, width = height] = Array.isArray(reader.optional('sample_size')) ? reader.counts('sample_size') : [reader.count('sample_size', 64)];
  return [height!, width!];
}
