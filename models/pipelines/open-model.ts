/** @file Opens a model folder: configurations, tokenizer and the headers of its weights, checked against each other. No weight is read yet. */
import { AppError } from '../errors/app-error.ts';
import { readStableDiffusion, type StableDiffusionModel } from '../families/stable-diffusion/index.ts';
import { ModelWeights } from '../families/stable-diffusion/model-weights.ts';
import { openSingleFile, type SingleFile, type SingleFileOptions } from '../families/stable-diffusion/single-file/single-file-folder.ts';
import { readText, type ModelFolder } from '../formats/model-folder.ts';
import { isPickleName, pickled, type WeightFileOptions } from '../formats/weight-files.ts';
import { readSchedulerConfig } from '../schedulers/index.ts';
import type { SchedulerConfig } from '../schedulers/scheduler-config.ts';
import type { ClipTokenizer } from '../text/clip-tokenizer.ts';
import { readTokenizer } from '../text/read-tokenizer.ts';

/** `variant` is for folders in diffusers format, `overrides` for checkpoints in a single file, `prediction` wins over what either says. */
export interface OpenModelOptions extends WeightFileOptions, SingleFileOptions {}

/** A model that is known in full but holds no weights: what a memory budget and `inspect` need, and what loading begins with. */
export interface OpenedModel {
  readonly model: StableDiffusionModel;
  readonly tokenizer: ClipTokenizer;
  readonly schedulerConfig: SchedulerConfig;
  readonly weights: ModelWeights;
  /** Where it is known from what the model predicts, for people. */
  readonly predictionFrom: string;
  /** What was found out about a checkpoint in a single file; null for a folder in diffusers format. */
  readonly singleFile: SingleFile | null;
}

/**
 * Opens a folder: in diffusers format, or with one checkpoint file in CompVis layout. Components that we do not use, such as a safety
 * checker, are left alone.
 *
 * @throws {AppError} `model-file-missing`, `model-unknown`, `weights-pickled`, `weights-corrupt`, `weights-missing`, `shape-mismatch`
 */
export async function openModel(given: ModelFolder, options: OpenModelOptions = {}): Promise<OpenedModel> {
  const singleFile = await findSingleFile(given, options);
  const folder = singleFile?.folder ?? given;
  const listed = await folder.list();
  const model = await readConfigurations(folder);
  const tokenizer = await readTokenizer(folder, listed);
  const { className, stated } = readSchedulerConfig(await readText(folder, 'scheduler/scheduler_config.json'));
  const schedulerConfig = { className, stated: options.prediction === undefined ? stated : { ...stated, predictionType: options.prediction } };
  const written = stated.predictionType === undefined ? 'its scheduler_config.json does not say, which means noise' : 'its scheduler_config.json says so';
  const predictionFrom = singleFile?.prediction.because ?? (options.prediction === undefined ? written : 'as you said');
  const weights = await ModelWeights.open(folder, listed, options);
  weights.check(model);
  return { model, tokenizer, schedulerConfig, weights, predictionFrom, singleFile };
}

/**
 * The model of a folder and nothing else: from its configurations, or from the header of its checkpoint. What a memory budget needs.
 *
 * @throws {AppError} `model-file-missing`, `model-unknown`, `weights-pickled`, `weights-corrupt`
 */
export async function readModel(given: ModelFolder, options: OpenModelOptions = {}): Promise<StableDiffusionModel> {
  return readConfigurations((await findSingleFile(given, options))?.folder ?? given);
}

async function readConfigurations(folder: ModelFolder): Promise<StableDiffusionModel> {
  return readStableDiffusion({
    modelIndex: await readConfig(folder, 'model_index.json'),
    unet: await readConfig(folder, 'unet/config.json'),
    textEncoder: await readConfig(folder, 'text_encoder/config.json'),
    vae: await readConfig(folder, 'vae/config.json'),
  });
}

/** The checkpoint of a folder without model_index.json; null if it has one, or has nothing at all, which reading it will say. */
async function findSingleFile(folder: ModelFolder, options: SingleFileOptions): Promise<SingleFile | null> {
  const paths = (await folder.list()).map(({ path }) => path).filter((path) => !path.includes('/'));
  if (paths.includes('model_index.json')) return null;
  const checkpoints = paths.filter((path) => path.endsWith('.safetensors'));
  if (checkpoints.length > 1) {
    throw new AppError('model-unknown', {
      message: `${folder.name} holds several checkpoints: ${checkpoints.slice(0, 5).join(', ')}`,
      help: 'Choose one of the files.',
    });
  }
  if (checkpoints.length === 1) return openSingleFile(folder, checkpoints[0]!, options);
  const pickle = paths.find(isPickleName);
  if (pickle !== undefined) throw pickled(folder.name.endsWith(pickle) ? folder.name : `${folder.name}/${pickle}`);
  return null;
}

async function readConfig(folder: ModelFolder, path: string): Promise<unknown> {
  const text = await readText(folder, path);
  try {
    return JSON.parse(text) as unknown;
  } catch (cause) {
    throw new AppError('model-unknown', { message: `${path} is not JSON`, help: 'The download may have ended early. Download the file again.', cause });
  }
}
