/** @file AutoencoderKL: the variational autoencoder of Stable Diffusion 1.x and 2.x. */
import { GraphBuilder } from '../../graph/graph-builder.ts';
import type { Graph, Value } from '../../graph/graph.ts';
import { activate, type Activation } from '../../layers/activations.ts';
import { conv2d } from '../../layers/conv2d.ts';
import { ModuleContext } from '../../layers/module-context.ts';
import { groupNorm } from '../../layers/normalization.ts';
import { pixelAttention } from '../../layers/pixel-attention.ts';
import { downsample, upsample } from '../../layers/resample.ts';
import { resnetBlock } from '../../layers/resnet-block.ts';
import { scaleBy } from '../../layers/reshape.ts';
import { ConfigReader } from '../config-reader.ts';
import { autoencoderNames, type PictureBatch } from './autoencoder.ts';

export interface AutoencoderKlConfig {
  readonly kind: 'kl';
  readonly inChannels: number;
  readonly outChannels: number;
  readonly latentChannels: number;
  /** Channels at each resolution, largest picture first. */
  readonly channels: readonly number[];
  readonly layersPerBlock: number;
  readonly activation: Activation;
  readonly groups: number;
  readonly middleAttention: boolean;
  readonly quantConv: boolean;
  readonly postQuantConv: boolean;
  readonly scalingFactor: number;
  readonly shiftFactor: number;
  /** Side of the pictures it was trained on, in pixels; the size of a tile where large pictures are cut up. */
  readonly sampleSizePx: number;
  /** Image pixels per latent pixel along one side. */
  readonly downscale: number;
}

const eps = 1e-6; // fixed in the architecture, not in config.json

/**
 * Reads the parsed vae/config.json of an AutoencoderKL.
 *
 * @throws {AppError} `model-unknown` naming the key that we cannot build
 */
export function readAutoencoderKlConfig(json: unknown): AutoencoderKlConfig {
  const reader = new ConfigReader('vae/config.json', json);
  reader.requireOnly({ _class_name: 'AutoencoderKL', latents_mean: null, latents_std: null });
  const channels = reader.counts('block_out_channels', [64]);
  const down = reader.choices('down_block_types', ['DownEncoderBlock2D'], ['DownEncoderBlock2D']);
  const up = reader.choices('up_block_types', ['UpDecoderBlock2D'], ['UpDecoderBlock2D']);
  if (down.length !== channels.length) reader.reject('down_block_types', `${channels.length} blocks, as many as block_out_channels`);
  if (up.length !== channels.length) reader.reject('up_block_types', `${channels.length} blocks, as many as block_out_channels`);
  const groups = reader.count('norm_num_groups', 32);
  if (channels.some((width) => width % groups !== 0)) reader.reject('norm_num_groups', `a divisor of every one of block_out_channels (${channels.join(', ')})`);
  return {
    kind: 'kl',
    inChannels: reader.count('in_channels', 3),
    outChannels: reader.count('out_channels', 3),
    latentChannels: reader.count('latent_channels', 4),
    channels,
    layersPerBlock: reader.count('layers_per_block', 1),
    activation: reader.choice('act_fn', ['silu', 'swish', 'gelu', 'relu'], 'silu'),
    groups,
    middleAttention: reader.boolean('mid_block_add_attention', true),
    quantConv: reader.boolean('use_quant_conv', true),
    postQuantConv: reader.boolean('use_post_quant_conv', true),
    scalingFactor: reader.number('scaling_factor', 0.18215),
    shiftFactor: reader.number('shift_factor', 0),
    sampleSizePx: Array.isArray(reader.optional('sample_size')) ? reader.counts('sample_size')[0]! : reader.count('sample_size', 32),
    downscale: 2 ** (channels.length - 1),
  };
}

/**
 * `image` [N, 3, H, W] in -1..1 to `latent_mean` and `latent_std` [N, C, H/f, W/f], both scaled for the UNet:
 * a sample is mean + std * noise.
 */
export function buildKlEncoder(config: AutoencoderKlConfig, { batch, height, width }: PictureBatch): Graph {
  const builder = new GraphBuilder('image_encoder');
  const vae = new ModuleContext(builder, 'vae', { attention: 'decomposed' });
  const encoder = vae.child('encoder');
  const image = builder.input(autoencoderNames.image, 'float32', [batch, config.inChannels, height, width]);
  let x = conv2d(encoder.child('conv_in'), image, config.channels[0]!);
  config.channels.forEach((channels, level) => {
    const block = encoder.child(`down_blocks.${level}`);
    for (let i = 0; i < config.layersPerBlock; i++) x = resnet(block.child(`resnets.${i}`), config, x, channels);
    if (level < config.channels.length - 1) x = downsample(block.child('downsamplers.0'), x, 0);
  });
  x = middle(encoder.child('mid_block'), config, x);
  x = outputConv(encoder, config, x, 2 * config.latentChannels);
  if (config.quantConv) x = conv2d(vae.child('quant_conv'), x, 2 * config.latentChannels, { kernel: 1 });
  const [mean, logVariance] = builder.split('Split', [x], { axis: 1, sizes: [config.latentChannels, config.latentChannels] });
  const std = builder.node('Exp', [scaleBy(builder, builder.node('Clip', [logVariance!], { min: -30, max: 20 }), 0.5)]);
  const shifted = config.shiftFactor === 0 ? mean! : builder.node('Sub', [mean!, builder.scalar(config.shiftFactor)]);
  builder.output(autoencoderNames.mean, scaleBy(builder, shifted, config.scalingFactor));
  builder.output(autoencoderNames.std, scaleBy(builder, std, config.scalingFactor));
  return builder.build();
}

/** `latent` [N, C, h, w] as the UNet leaves it to `image` [N, 3, h * f, w * f], about -1..1, not clamped. */
export function buildKlDecoder(config: AutoencoderKlConfig, { batch, height, width }: PictureBatch): Graph {
  const builder = new GraphBuilder('image_decoder');
  const vae = new ModuleContext(builder, 'vae', { attention: 'decomposed' });
  const decoder = vae.child('decoder');
  const latent = builder.input(autoencoderNames.latent, 'float32', [batch, config.latentChannels, height, width]);
  const unscaled = scaleBy(builder, latent, 1 / config.scalingFactor);
  let x = config.shiftFactor === 0 ? unscaled : builder.node('Add', [unscaled, builder.scalar(config.shiftFactor)]);
  if (config.postQuantConv) x = conv2d(vae.child('post_quant_conv'), x, config.latentChannels, { kernel: 1 });
  x = conv2d(decoder.child('conv_in'), x, config.channels.at(-1)!);
  x = middle(decoder.child('mid_block'), config, x);
  config.channels.toReversed().forEach((channels, index) => {
    const block = decoder.child(`up_blocks.${index}`);
    for (let i = 0; i < config.layersPerBlock + 1; i++) x = resnet(block.child(`resnets.${i}`), config, x, channels);
    if (index < config.channels.length - 1) x = upsample(block.child('upsamplers.0'), x);
  });
  builder.output(autoencoderNames.image, outputConv(decoder, config, x, config.outChannels));
  return builder.build();
}

function resnet(context: ModuleContext, { groups, activation }: AutoencoderKlConfig, x: Value, outChannels: number): Value {
  return resnetBlock(context, x, undefined, { outChannels, groups, eps, activation });
}

function middle(context: ModuleContext, config: AutoencoderKlConfig, x: Value): Value {
  const channels = x.shape[1]!;
  let hidden = resnet(context.child('resnets.0'), config, x, channels);
  if (config.middleAttention) hidden = pixelAttention(context.child('attentions.0'), hidden, { headDim: channels, groups: config.groups, eps });
  return resnet(context.child('resnets.1'), config, hidden, channels);
}

function outputConv(context: ModuleContext, config: AutoencoderKlConfig, x: Value, outChannels: number): Value {
  const normalized = groupNorm(context.child('conv_norm_out'), x, config.groups, eps);
  return conv2d(context.child('conv_out'), activate(context.builder, 'silu', normalized), outChannels);
}
