/** @file What is here to draw faster with, and to show pictures with while they form. */
import { helpersFor } from '#models/catalog/index.ts';
import { isAppError } from '#models/errors/app-error.ts';
import { modelShapeOf } from '#models/families/stable-diffusion/model-shape.ts';
import type { LoadedModel } from '#models/pipelines/loaded-model.ts';
import { readModel } from '#models/pipelines/open-model.ts';
import { decoderOf, openDecoder, type LatentPreview } from '#models/pipelines/latent-preview.ts';
import { listModels } from '#storage/model-store.ts';
import type { DrawingOptions } from '../contract/engine.ts';
import { openingOf, openModelFolder, storedFolder } from '../host/model-folders.ts';

/** Reads configurations, or the header of a single file. @throws {AppError} `model-file-missing`, `model-unknown` and what else reading the model throws */
export async function drawingOptions(modelId: string): Promise<DrawingOptions> {
  const model = await readModel(openModelFolder(modelId), await openingOf(modelId));
  const [here, shape] = [await completeModels(), modelShapeOf(model)];
  const isHere = (id: string): boolean => here.has(id);
  return { accelerations: helpersFor('acceleration', shape).filter(isHere), previews: model.vae.kind === 'tiny' || helpersFor('decoder', shape).some(isHere) };
}

/** Codes of a helper that is of no use: pictures are drawn without it. */
const uselessHelper = ['model-file-missing', 'model-unknown', 'weights-corrupt', 'weights-missing', 'shape-mismatch'] as const;

/** What makes previews of a model's latents; null where nothing that is quick enough is here. The caller disposes it. */
export async function openPreview(model: LoadedModel): Promise<LatentPreview | null> {
  const own = decoderOf(model);
  if (own !== null) return own;
  const here = await completeModels();
  const helper = helpersFor('decoder', modelShapeOf(model.model)).find((id) => here.has(id));
  if (helper === undefined) return null;
  try {
    return await openDecoder(model.runner, storedFolder(helper));
  } catch (error) {
    if (uselessHelper.some((code) => isAppError(error, code))) return null;
    throw error;
  }
}

async function completeModels(): Promise<ReadonlySet<string>> {
  return new Set((await listModels()).filter(({ isComplete }) => isComplete).map(({ id }) => id));
}
