/** @file Stable Diffusion 1.x and 2.x: a diffusers-format folder's configurations, and the graphs built from them. */
import { AppError } from '../../errors/app-error.ts';
import type { Graph } from '../../graph/graph.ts';
import type { LayerOptions } from '../../layers/module-context.ts';
import { ConfigReader } from '../config-reader.ts';
import { buildKlDecoder, buildKlEncoder, readAutoencoderKlConfig, type AutoencoderKlConfig } from './autoencoder-kl.ts';
import { buildTinyDecoder, buildTinyEncoder, readAutoencoderTinyConfig, type AutoencoderTinyConfig } from './autoencoder-tiny.ts';
import type { PictureBatch } from './autoencoder.ts';
import { readClipTextConfig, type ClipTextConfig } from './clip-text-config.ts';
import { buildTextEncoder, type TextEncoderOptions } from './text-encoder.ts';
import { readUnetConfig, type UnetConfig } from './unet-config.ts';
import { buildUnet, textWidth, type UnetSize } from './unet.ts';

export type AutoencoderConfig = AutoencoderTinyConfig | AutoencoderKlConfig;

/** The parsed JSON files of a model folder. */
export interface ModelFiles {
  /** model_index.json */
  readonly modelIndex: unknown;
  /** unet/config.json */
  readonly unet: unknown;
  /** text_encoder/config.json */
  readonly textEncoder: unknown;
  /** vae/config.json */
  readonly vae: unknown;
}

/** A model as configurations and graph builders; holds no weights. */
export interface StableDiffusionModel {
  readonly family: 'stable-diffusion';
  readonly unet: UnetConfig;
  readonly textEncoder: ClipTextConfig;
  readonly vae: AutoencoderConfig;
  /** `input_ids` int32 [N, L] -> `last_hidden_state` float32 [N, L, D]. */
  buildTextEncoder(options: TextEncoderOptions): Graph;
  /** `sample`, `time_features`, `encoder_hidden_states` -> `noise_pred`. */
  buildUnet(options: UnetSize & LayerOptions): Graph;
  /** `image` in -1..1 -> `latent_mean` (and `latent_std` where the autoencoder has one), scaled for the UNet. Sizes in image pixels. */
  buildImageEncoder(size: PictureBatch): Graph;
  /** `latent` as the UNet leaves it -> `image`, about -1..1, not clamped. Sizes in latent pixels. */
  buildImageDecoder(size: PictureBatch): Graph;
}

/** Component -> class, from model_index.json. */
export type ModelIndex = ReadonlyMap<string, string>;

/**
 * Reads the parsed model_index.json.
 *
 * @throws {AppError} `model-unknown` if the pipeline or one of its parts is not one we build
 */
export function readModelIndex(json: unknown): ModelIndex {
  const reader = new ConfigReader('model_index.json', json);
  const pipelines = ['StableDiffusionPipeline', 'StableDiffusionImg2ImgPipeline', 'StableDiffusionInpaintPipeline', 'LatentConsistencyModelPipeline'] as const;
  reader.choice('_class_name', pipelines);
  const supported = {
    unet: ['UNet2DConditionModel'],
    text_encoder: ['CLIPTextModel'],
    vae: ['AutoencoderKL', 'AutoencoderTiny'],
    tokenizer: ['CLIPTokenizer', 'CLIPTokenizerFast'],
  };
  const classes = new Map<string, string>();
  for (const [part, value] of Object.entries(json as Record<string, unknown>)) {
    if (Array.isArray(value) && typeof value[1] === 'string') classes.set(part, value[1]);
  }
  for (const [part, names] of Object.entries(supported)) {
    if (!names.includes(classes.get(part) ?? '')) reader.reject(part, names.join(', '));
  }
  return classes;
}

/**
 * Reads a model folder's configurations.
 *
 * @throws {AppError} `model-unknown` naming the file, key and value that cannot be built, or two parts that do not fit
 */
export function readStableDiffusion(files: ModelFiles): StableDiffusionModel {
  const classes = readModelIndex(files.modelIndex);
  const unet = readUnetConfig(files.unet);
  const textEncoder = readClipTextConfig(files.textEncoder);
  const vae = classes.get('vae') === 'AutoencoderTiny' ? readAutoencoderTinyConfig(files.vae) : readAutoencoderKlConfig(files.vae);
  requireEqual('text features', 'text_encoder', textEncoder.width, 'unet', textWidth(unet));
  requireEqual('latent channels', 'vae', vae.latentChannels, 'unet', unet.outChannels);
  if (unet.inChannels !== unet.outChannels) {
    throw new AppError('model-unknown', {
      message: `unet/config.json: in_channels is ${unet.inChannels}, out_channels ${unet.outChannels}`,
      help: 'This model wants more than noise and words, such as a picture and a mask. Choose the plain model: Likeness inpaints with it.',
    });
  }
  return {
    family: 'stable-diffusion',
    unet,
    textEncoder,
    vae,
    buildTextEncoder: (options) => buildTextEncoder(textEncoder, options),
    buildUnet: (options) => buildUnet(unet, options),
    buildImageEncoder: (size) => (vae.kind === 'tiny' ? buildTinyEncoder(vae, size) : buildKlEncoder(vae, size)),
    buildImageDecoder: (size) => (vae.kind === 'tiny' ? buildTinyDecoder(vae, size) : buildKlDecoder(vae, size)),
  };
}

function requireEqual(what: string, nameA: string, a: number, nameB: string, b: number): void {
  if (a === b) return;
  throw new AppError('model-unknown', {
    message: `${what}: ${nameA} has ${a}, ${nameB} has ${b}`,
    help: 'The parts of this model folder do not belong together.',
  });
}
