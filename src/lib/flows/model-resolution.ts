/** @file The size of pictures that a model was made for, read from the model's own files. */
import { AppError } from '#models/errors/app-error.ts';
import { catalog } from '#models/catalog/index.ts';
import { openStoredFile } from '#storage/stored-file.ts';

/** The autoencoder shrinks pictures by this factor. */
const pixelsPerLatent = 8;
/** Of a single-file checkpoint, which has no configuration: nearly all of them descend from Stable Diffusion 1.5. */
const usualResolutionPx = 512;
const configPath = 'unet/config.json';

/**
 * Edge of the pictures that a model was made for.
 *
 * @param modelId `builtin`, or the id of a stored model
 * @throws {AppError} model-file-missing, if its configuration cannot be read
 */
export async function modelResolutionPx(modelId: string): Promise<number> {
  const config = modelId === 'builtin' ? await readBuiltin() : await readStored(modelId);
  if (config === null) return usualResolutionPx;
  if (typeof config === 'object' && 'sample_size' in config && typeof config.sample_size === 'number') return config.sample_size * pixelsPerLatent;
  throw new AppError('model-file-missing', {
    message: `${configPath} of model ${modelId} has no sample_size`,
    help: 'Load the model again, or use another one.',
  });
}

async function readBuiltin(): Promise<object | null> {
  const path = `/models/${catalog.builtin.source.folder}/${configPath}`;
  try {
    const response = await fetch(path);
    if (!response.ok) throw new Error(`status ${response.status}`);
    return (await response.json()) as object;
  } catch (cause) {
    throw new AppError('model-file-missing', { message: `${path} cannot be read: ${cause instanceof Error ? cause.message : ''}`, retryable: true, cause });
  }
}

async function readStored(modelId: string): Promise<object | null> {
  const file = await openStoredFile({ modelId, path: configPath });
  return file === undefined ? null : (JSON.parse(new TextDecoder().decode(await file.read(0, file.sizeBytes))) as object);
}
