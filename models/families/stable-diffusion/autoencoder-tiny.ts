/** @file AutoencoderTiny: pictures to small latents and back with plain convolutions. */
import { GraphBuilder } from '../../graph/graph-builder.ts';
import type { Graph, Value } from '../../graph/graph.ts';
import { activate, type Activation } from '../../layers/activations.ts';
import { conv2d } from '../../layers/conv2d.ts';
import { ModuleContext } from '../../layers/module-context.ts';
import { scaleBy } from '../../layers/reshape.ts';
import { ConfigReader } from '../config-reader.ts';
import { autoencoderNames, type PictureBatch } from './autoencoder.ts';

export interface AutoencoderTinyConfig {
  readonly kind: 'tiny';
  readonly inChannels: number;
  readonly outChannels: number;
  readonly latentChannels: number;
  readonly encoderChannels: number;
  readonly decoderChannels: number;
  /** Residual blocks at each resolution, largest picture first; may be 0. */
  readonly encoderBlocks: readonly number[];
  /** Residual blocks at each resolution, smallest picture first; may be 0. */
  readonly decoderBlocks: readonly number[];
  readonly upsamplingFactor: number;
  readonly activation: Activation;
  readonly scalingFactor: number;
  readonly shiftFactor: number;
  /** Image pixels per latent pixel along one side. */
  readonly downscale: number;
}

/**
 * Reads the parsed vae/config.json of an AutoencoderTiny.
 *
 * @throws {AppError} `model-unknown` naming the key that we cannot build
 */
export function readAutoencoderTinyConfig(json: unknown): AutoencoderTinyConfig {
  const reader = new ConfigReader('vae/config.json', json);
  reader.requireOnly({ _class_name: 'AutoencoderTiny', upsample_fn: 'nearest' });
  const encoderBlocks = reader.counts('num_encoder_blocks', [1, 3, 3, 3], 0);
  const decoderBlocks = reader.counts('num_decoder_blocks', [3, 3, 3, 1], 0);
  return {
    kind: 'tiny',
    inChannels: reader.count('in_channels', 3),
    outChannels: reader.count('out_channels', 3),
    latentChannels: reader.count('latent_channels', 4),
    encoderChannels: uniform(reader, 'encoder_block_out_channels', encoderBlocks.length),
    decoderChannels: uniform(reader, 'decoder_block_out_channels', decoderBlocks.length),
    encoderBlocks,
    decoderBlocks,
    upsamplingFactor: reader.count('upsampling_scaling_factor', 2),
    activation: reader.choice('act_fn', ['relu', 'silu', 'swish', 'gelu'], 'relu'),
    scalingFactor: reader.number('scaling_factor', 1),
    shiftFactor: reader.number('shift_factor', 0),
    downscale: 2 ** (encoderBlocks.length - 1),
  };
}

/** The architecture has no convolution that changes the width between resolutions. */
function uniform(reader: ConfigReader, key: string, length: number): number {
  const channels = reader.counts(key, new Array<number>(length).fill(64));
  if (channels.length !== length || new Set(channels).size !== 1) reader.reject(key, `${length} equal numbers`);
  return channels[0]!;
}

/** `image` [N, 3, H, W] in -1..1 to `latent_mean` [N, C, H/f, W/f], already scaled for the UNet. */
export function buildTinyEncoder(config: AutoencoderTinyConfig, { batch, height, width }: PictureBatch): Graph {
  const builder = new GraphBuilder('image_encoder');
  const context = new ModuleContext(builder, 'vae.encoder', { attention: 'decomposed' }, 'encoder');
  const image = builder.input(autoencoderNames.image, 'float32', [batch, config.inChannels, height, width]);
  const layer = layerNumbers(context);
  // The network was made for 0..1.
  let x = builder.node('Add', [scaleBy(builder, image, 0.5), builder.scalar(0.5)]);
  config.encoderBlocks.forEach((blocks, level) => {
    x = conv2d(layer(), x, config.encoderChannels, level === 0 ? {} : { stride: 2, bias: false });
    for (let i = 0; i < blocks; i++) x = tinyBlock(layer(), x, config.activation);
  });
  const latent = conv2d(layer(), x, config.latentChannels);
  const shifted = config.shiftFactor === 0 ? latent : builder.node('Sub', [latent, builder.scalar(config.shiftFactor)]);
  builder.output(autoencoderNames.mean, scaleBy(builder, shifted, config.scalingFactor));
  return builder.build();
}

/** `latent` [N, C, h, w] as the UNet leaves it to `image` [N, 3, h * f, w * f], about -1..1, not clamped. */
export function buildTinyDecoder(config: AutoencoderTinyConfig, { batch, height, width }: PictureBatch): Graph {
  const builder = new GraphBuilder('image_decoder');
  const context = new ModuleContext(builder, 'vae.decoder', { attention: 'decomposed' }, 'decoder');
  const latent = builder.input(autoencoderNames.latent, 'float32', [batch, config.latentChannels, height, width]);
  const { scalingFactor, shiftFactor, activation } = config;
  const layer = layerNumbers(context);
  // tanh(z / 3) * 3 on the unscaled latent; the two divisions are one where there is no shift.
  const third =
    shiftFactor === 0
      ? scaleBy(builder, latent, 1 / (3 * scalingFactor))
      : scaleBy(builder, builder.node('Add', [scaleBy(builder, latent, 1 / scalingFactor), builder.scalar(shiftFactor)]), 1 / 3);
  let x = scaleBy(builder, builder.node('Tanh', [third]), 3);
  x = activate(builder, activation, conv2d(layer(), x, config.decoderChannels));
  layer(); // the activation has a number of its own
  config.decoderBlocks.forEach((blocks, level) => {
    const isLast = level === config.decoderBlocks.length - 1;
    for (let i = 0; i < blocks; i++) x = tinyBlock(layer(), x, activation);
    if (!isLast) {
      x = builder.node('Resize', [x], { scales: [config.upsamplingFactor, config.upsamplingFactor], mode: 'nearest' });
      layer(); // so has the enlargement
    }
    x = conv2d(layer(), x, isLast ? config.outChannels : config.decoderChannels, { bias: isLast });
  });
  builder.output(autoencoderNames.image, builder.node('Sub', [scaleBy(builder, x, 2), builder.scalar(1)]));
  return builder.build();
}

/** relu(x + conv(act(conv(act(conv(x)))))). */
function tinyBlock(context: ModuleContext, x: Value, activation: Activation): Value {
  return context.scoped(() => {
    const { builder } = context;
    const channels = x.shape[1]!;
    let hidden = activate(builder, activation, conv2d(context.child('conv.0'), x, channels));
    hidden = activate(builder, activation, conv2d(context.child('conv.2'), hidden, channels));
    return builder.node('Relu', [builder.node('Add', [conv2d(context.child('conv.4'), hidden, channels), x])]);
  });
}

/** Gives `layers.0`, `layers.1`, ...: torch numbers every module of a Sequential, with weights or without. */
function layerNumbers(context: ModuleContext): () => ModuleContext {
  let next = 0;
  return () => context.child(`layers.${next++}`);
}
