/**
 * @file A single-file checkpoint as a folder in diffusers format, so that nothing behind it knows the difference. No weight is copied: the
 * three weight files are tables of contents over the one file.
 * @see diffusers' loaders/single_file_utils.py, with which names and values are compared in `single-file.test.ts`
 */
import { AppError } from '../../../errors/app-error.ts';
import { bytesAsSource, type ByteSource } from '../../../formats/byte-source.ts';
import type { ModelFolder } from '../../../formats/model-folder.ts';
import { readHeader } from '../../../formats/safetensors.ts';
import { virtualSafetensors } from '../../../formats/virtual-safetensors.ts';
import type { PredictionType } from '../../../schedulers/scheduler-config.ts';
import { autoencoderConfig, autoencoderEntries } from './autoencoder.ts';
import { partOf, prefixes } from './layout.ts';
import { readPrediction, type Prediction } from './prediction.ts';
import { requireCompVis } from './refuse.ts';
import { clipConfig, clipEntries, openClipConfig, openClipEntries } from './text-encoder.ts';
import { isVersion2, unetConfig, unetEntries } from './unet.ts';

export interface SingleFileOptions {
  /** Overrides what `readPrediction` finds or guesses. */
  readonly prediction?: PredictionType;
  /** Configuration keys that win over what is read from the shapes, for models whose heads or norms are not those of the published ones. */
  readonly overrides?: Partial<Record<'unet' | 'vae' | 'text_encoder' | 'scheduler', Readonly<Record<string, unknown>>>>;
}

/** What was found out about a single-file checkpoint. */
export interface SingleFile {
  readonly folder: ModelFolder;
  readonly version: '1.x' | '2.x';
  readonly prediction: Prediction;
}

/**
 * Opens a checkpoint in the layout of CompVis, Stability AI, A1111 and Civitai.
 *
 * @param folder where the file is, with a `tokenizer/` beside it or lent by `withClipVocabulary`
 * @throws {AppError} `model-unknown` if it is something else, `model-file-missing` if there is no vocabulary, `weights-corrupt`
 */
export async function openSingleFile(folder: ModelFolder, path: string, options: SingleFileOptions = {}): Promise<SingleFile> {
  const source = await folder.open(path);
  const header = await readHeader(source);
  requireCompVis(header, path);
  const part = (prefix: string) => partOf(header.entries, prefix);
  const [unet, vae, clip, later] = [part(prefixes.unet), part(prefixes.vae), part(prefixes.clip), part(prefixes.openClipLater)];
  const openClip = later.size > 0 ? later : part(prefixes.openClip);
  const version2 = isVersion2(Number(unetConfig(unet, 64)['cross_attention_dim']));
  const prediction = await readPrediction(header, source, version2, options.prediction);
  const isLarge = version2 && prediction.type === 'v_prediction'; // 768 pixels, as 2.0 and 2.1; all others were trained at 512
  const usesClip = clip.size > 0;
  const json = (part: 'unet' | 'vae' | 'text_encoder' | 'scheduler', config: Record<string, unknown>): ByteSource =>
    jsonSource({ ...config, ...options.overrides?.[part] });
  const files = new Map<string, ByteSource>([
    ['model_index.json', jsonSource(modelIndex)],
    ['scheduler/scheduler_config.json', json('scheduler', schedulerConfig(prediction))],
    ['unet/config.json', json('unet', unetConfig(unet, isLarge ? 96 : 64))],
    ['unet/diffusion_pytorch_model.safetensors', virtualSafetensors(source, unetEntries(unet))],
    ['vae/config.json', json('vae', autoencoderConfig(vae))],
    ['vae/diffusion_pytorch_model.safetensors', virtualSafetensors(source, autoencoderEntries(vae))],
    ['text_encoder/config.json', json('text_encoder', usesClip ? clipConfig(clip) : openClipConfig(openClip))],
    ['text_encoder/model.safetensors', virtualSafetensors(source, usesClip ? clipEntries(clip) : openClipEntries(openClip))],
    // OpenCLIP pads with id 0, which is "!", and CLIP with its end token: not a matter of the vocabulary that lies beside the file.
    ['tokenizer/tokenizer_config.json', jsonSource({ model_max_length: 77, ...(usesClip ? {} : { pad_token: '!' }) })],
    ...(await vocabularyFiles(folder, path)),
  ]);
  return { folder: folderOf(path, files), version: version2 ? '2.x' : '1.x', prediction };
}

const modelIndex = {
  _class_name: 'StableDiffusionPipeline',
  scheduler: ['diffusers', 'DDIMScheduler'],
  text_encoder: ['transformers', 'CLIPTextModel'],
  tokenizer: ['transformers', 'CLIPTokenizer'],
  unet: ['diffusers', 'UNet2DConditionModel'],
  vae: ['diffusers', 'AutoencoderKL'],
};

/** The noise of every Stable Diffusion 1.x and 2.x. */
function schedulerConfig({ type, zeroSnr }: Prediction): Record<string, unknown> {
  return {
    _class_name: 'DDIMScheduler',
    num_train_timesteps: 1000,
    beta_start: 0.00085,
    beta_end: 0.012,
    beta_schedule: 'scaled_linear',
    clip_sample: false,
    set_alpha_to_one: false,
    steps_offset: 1,
    prediction_type: type,
    // A model that was trained down to zero signal must be sampled from there (Lin et al. 2023, sections 3.2 and 3.3).
    ...(zeroSnr ? { rescale_betas_zero_snr: true, timestep_spacing: 'trailing' } : { timestep_spacing: 'leading' }),
  };
}

/** A checkpoint has no vocabulary. All Stable Diffusion 1.x and 2.x share CLIP's, so that of any of them will do. */
async function vocabularyFiles(folder: ModelFolder, path: string): Promise<[string, ByteSource][]> {
  const paths = (await folder.list()).map((file) => file.path);
  const choices = [['tokenizer/vocab.json', 'tokenizer/merges.txt'], ['tokenizer/tokenizer.json'], ['tokenizer/merges.txt']];
  const found = choices.find((choice) => choice.every((name) => paths.includes(name)));
  if (found !== undefined) return Promise.all(found.map(async (name): Promise<[string, ByteSource]> => [name, await folder.open(name)]));
  throw new AppError('model-file-missing', {
    message: `${path} is a checkpoint in one file, which holds no vocabulary, and there is none beside it`,
    help: 'Put the tokenizer folder of any Stable Diffusion (vocab.json and merges.txt) beside the file.',
  });
}

function jsonSource(json: unknown): ByteSource {
  return bytesAsSource(new TextEncoder().encode(JSON.stringify(json)));
}

function folderOf(name: string, files: ReadonlyMap<string, ByteSource>): ModelFolder {
  const open = async (path: string): Promise<ByteSource> => {
    const source = files.get(path);
    if (source === undefined) throw new AppError('model-file-missing', { message: `${path} is not in ${name}`, help: 'Choose another model.' });
    return source;
  };
  return {
    name,
    list: async () => [...files].map(([path, { sizeBytes }]) => ({ path, sizeBytes })),
    open,
    readBytes: async (path) => {
      const source = await open(path);
      return source.read(0, source.sizeBytes);
    },
  };
}
