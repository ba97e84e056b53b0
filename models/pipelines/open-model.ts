/** @file Opens a model folder: configurations, tokenizer and the headers of its weights, checked against each other. No weight is read yet. */
import { AppError } from '../errors/app-error.ts';
import { readStableDiffusion, type StableDiffusionModel } from '../families/stable-diffusion/index.ts';
import { ModelWeights } from '../families/stable-diffusion/model-weights.ts';
import { readText, type ModelFolder } from '../formats/model-folder.ts';
import type { WeightFileOptions } from '../formats/weight-files.ts';
import { readSchedulerConfig } from '../schedulers/index.ts';
import type { SchedulerConfig } from '../schedulers/scheduler-config.ts';
import type { ClipTokenizer } from '../text/clip-tokenizer.ts';
import { readTokenizer } from '../text/read-tokenizer.ts';

export type OpenModelOptions = WeightFileOptions;

/** A model that is known in full but holds no weights: what a memory budget and `inspect` need, and what loading begins with. */
export interface OpenedModel {
  readonly model: StableDiffusionModel;
  readonly tokenizer: ClipTokenizer;
  readonly schedulerConfig: SchedulerConfig;
  readonly weights: ModelWeights;
}

/**
 * Opens a folder in diffusers format. Components that we do not use, such as a safety checker, are left alone.
 *
 * @throws {AppError} `model-file-missing`, `model-unknown`, `weights-pickled`, `weights-corrupt`, `weights-missing`, `shape-mismatch`
 */
export async function openModel(folder: ModelFolder, options: OpenModelOptions = {}): Promise<OpenedModel> {
  const listed = await folder.list();
  const model = readStableDiffusion({
    modelIndex: await readConfig(folder, 'model_index.json'),
    unet: await readConfig(folder, 'unet/config.json'),
    textEncoder: await readConfig(folder, 'text_encoder/config.json'),
    vae: await readConfig(folder, 'vae/config.json'),
  });
  const tokenizer = await readTokenizer(folder, listed);
  const schedulerConfig = readSchedulerConfig(await readText(folder, 'scheduler/scheduler_config.json'));
  const weights = await ModelWeights.open(folder, listed, options);
  weights.check(model);
  return { model, tokenizer, schedulerConfig, weights };
}

async function readConfig(folder: ModelFolder, path: string): Promise<unknown> {
  const text = await readText(folder, path);
  try {
    return JSON.parse(text) as unknown;
  } catch (cause) {
    throw new AppError('model-unknown', { message: `${path} is not JSON`, help: 'The download may have ended early. Download the file again.', cause });
  }
}
