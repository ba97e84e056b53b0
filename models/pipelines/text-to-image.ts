/** @file From words to a picture: begins with noise alone. */
import { AppError } from '../errors/app-error.ts';
import { TorchRandom } from '../tensor/random.ts';
import { elementCount, formatShape, shapesEqual } from '../tensor/shape.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { denoise, planRun, type DenoisingStep, type Drawing, type DrawingTerms } from './denoise.ts';
import type { LoadedModel } from './loaded-model.ts';

export type { Drawing as TextToImageResult } from './denoise.ts';

export interface TextToImageRequest extends DrawingTerms {
  readonly widthPx: number;
  readonly heightPx: number;
  /** Unit noise to begin with instead of the seed's, [1, C, H / 8, W / 8]. */
  readonly latents?: Tensor<'float32'>;
}

/**
 * Draws one picture. Yields after every call of the model; stop by not asking for more.
 *
 * @throws {AppError} `job-invalid` for a size that the model cannot draw or latents of another shape
 * @see StableDiffusionPipeline of diffusers
 */
export async function* textToImage(model: LoadedModel, request: TextToImageRequest): AsyncGenerator<DenoisingStep, Drawing> {
  const latentShape = model.latentShape(request.widthPx, request.heightPx);
  const { sampler, firstCall } = planRun(model, request, 1);
  const random = new TorchRandom(request.seed);
  const noise = request.latents === undefined ? random.normal(elementCount(latentShape)) : checkLatents(request.latents, latentShape);
  const sample = noise.map((value) => value * sampler.initialNoiseScale);
  return yield* denoise(model, request, { sampler, random, latentShape, sample, firstCall });
}

function checkLatents(latents: Tensor<'float32'>, shape: readonly number[]): Float32Array {
  if (shapesEqual(latents.shape, shape)) return latents.data;
  throw new AppError('job-invalid', {
    message: `the given latents are ${formatShape(latents.shape)}, this picture needs ${formatShape(shape)}`,
    help: 'Give latents for the same width and height, or leave them out.',
  });
}
