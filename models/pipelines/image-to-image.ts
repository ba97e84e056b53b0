/** @file From a picture to another one: begins with the picture, some way into noise. */
import { TorchRandom } from '../tensor/random.ts';
import { denoise, planRun, type DenoisingStep, type Drawing, type DrawingTerms } from './denoise.ts';
import { encodeSample } from './image-latents.ts';
import type { LoadedModel } from './loaded-model.ts';
import { tensorFromPicture, type RgbPicture } from './pixels.ts';

export interface ImageToImageRequest extends DrawingTerms {
  /** Its size is the size drawn. */
  readonly image: RgbPicture;
  /** Above 0 to 1: the share of the steps that are taken, so how much may change; 1 keeps hardly anything. */
  readonly strength: number;
}

/**
 * Draws a picture over another. Yields after every call of the model; stop by not asking for more.
 *
 * @throws {AppError} `job-invalid` for a size that the model cannot draw or a strength that leaves no step
 * @see StableDiffusionImg2ImgPipeline of diffusers, and Meng et al. 2021
 */
export async function* imageToImage(model: LoadedModel, request: ImageToImageRequest): AsyncGenerator<DenoisingStep, Drawing> {
  const { image, strength, seed } = request;
  const latentShape = model.latentShape(image.widthPx, image.heightPx);
  const { sampler, firstCall } = planRun(model, request, strength);
  const random = new TorchRandom(seed);
  const original = await encodeSample(model, tensorFromPicture(image), random, request.tileAbovePixels);
  const sample = sampler.addNoise(original, random.normal(original.length), firstCall);
  return yield* denoise(model, request, { sampler, random, latentShape, sample, firstCall });
}
