/** @file Part of a picture drawn anew: after each step the rest is put back, as noisy as the step. */
import { AppError } from '../errors/app-error.ts';
import { TorchRandom } from '../tensor/random.ts';
import { denoise, planRun, type DenoisingStep, type Drawing } from './denoise.ts';
import { encodeSample, skipSample } from './image-latents.ts';
import type { ImageToImageRequest } from './image-to-image.ts';
import type { LoadedModel } from './loaded-model.ts';
import { tensorFromPicture, type RgbPicture } from './pixels.ts';

export interface InpaintRequest extends ImageToImageRequest {
  /** Of the size of `image`: light where it is drawn anew, dark where it stays. */
  readonly mask: RgbPicture;
}

/**
 * Draws a picture over the light part of a mask. Yields after every call of the model; stop by not asking for more.
 *
 * @throws {AppError} `job-invalid` as `imageToImage`, and for a mask of another size
 * @see StableDiffusionInpaintPipeline of diffusers with a UNet of four channels
 */
export async function* inpaint(model: LoadedModel, request: InpaintRequest): AsyncGenerator<DenoisingStep, Drawing> {
  const { image, strength, seed } = request;
  const latentShape = model.latentShape(image.widthPx, image.heightPx);
  const drawn = latentMask(request, model.model.vae.downscale);
  const { sampler, firstCall } = planRun(model, request, strength);
  const random = new TorchRandom(seed);
  const original = await encodeSample(model, tensorFromPicture(image), random, request.tileAbovePixels);
  const noise = random.normal(original.length);
  const sample = strength === 1 ? noise.map((value) => value * sampler.initialNoiseScale) : sampler.addNoise(original, noise, firstCall);
  skipSample(model, original.length, random);

  const afterCall = (denoised: Float32Array, nextCall: number): Float32Array => {
    const kept = nextCall < sampler.timesteps.length ? sampler.addNoise(original, noise, nextCall) : original;
    return denoised.map((value, index) => (drawn[index % drawn.length] === 1 ? value : kept[index]!));
  };
  return yield* denoise(model, request, { sampler, random, latentShape, sample, firstCall, afterCall });
}

/** 1 where a latent pixel is drawn anew, 0 where it stays; each stands for the upper left of its image pixels, as in diffusers. */
function latentMask({ image, mask }: InpaintRequest, downscale: number): Uint8Array {
  if (mask.widthPx !== image.widthPx || mask.heightPx !== image.heightPx) {
    throw new AppError('job-invalid', {
      message: `the mask is ${mask.widthPx} x ${mask.heightPx} pixels, the picture ${image.widthPx} x ${image.heightPx}`,
      help: 'Give a mask of the same size as the picture.',
    });
  }
  const [width, height] = [image.widthPx / downscale, image.heightPx / downscale];
  return Uint8Array.from({ length: width * height }, (_, index) => {
    const at = 3 * (Math.floor(index / width) * downscale * mask.widthPx + (index % width) * downscale);
    return luminance(mask.rgb[at]!, mask.rgb[at + 1]!, mask.rgb[at + 2]!) >= 128 ? 1 : 0;
  });
}

/** Brightness, 0 to 255, rounded as Pillow does. @see ITU-R BT.601 */
function luminance(red: number, green: number, blue: number): number {
  return (red * 19595 + green * 38470 + blue * 7471 + 0x8000) >> 16;
}
