/** @file What the page needs to know of the built-in model, read from the model's own files. */
import { AppError } from '#models/errors/app-error.ts';

/** The autoencoder shrinks pictures by this factor. */
const pixelsPerLatent = 8;

/**
 * Edge of the pictures that the built-in model was made for.
 *
 * @throws {AppError} model-file-missing, if its configuration cannot be read
 */
export async function builtinResolutionPx(): Promise<number> {
  const path = '/models/builtin/unet/config.json';
  try {
    const response = await fetch(path);
    const config: unknown = response.ok ? await response.json() : null;
    if (typeof config === 'object' && config !== null && 'sample_size' in config && typeof config.sample_size === 'number') return config.sample_size * pixelsPerLatent;
    throw new Error(`status ${response.status}, no sample_size`);
  } catch (cause) {
    throw new AppError('model-file-missing', { message: `${path} cannot be read: ${cause instanceof Error ? cause.message : ''}`, retryable: true, cause });
  }
}
