/** @file Between pictures and latents: whole where they fit a limit of pixels, in tiles where they do not. */
import { AppError } from '../errors/app-error.ts';
import type { TorchRandom } from '../tensor/random.ts';
import { elementCount } from '../tensor/shape.ts';
import { tensor, type Tensor } from '../tensor/tensor.ts';
import type { LatentDistribution, LoadedModel } from './loaded-model.ts';
import { runInTiles, type TileSides } from './tiles.ts';

/**
 * The latent of a picture, drawn from what the encoder gives as diffusers draws it.
 *
 * @param image  float32 [1, 3, H, W], -1 to 1
 * @param random drawn from once, if the autoencoder is a variational one
 * @returns float32 [1, C, h, w], scaled for the UNet
 */
export async function encodeSample(model: LoadedModel, image: Tensor, random: TorchRandom, pixelLimit = Infinity): Promise<Float32Array> {
  const { mean, std } = await encodeImage(model, image, pixelLimit);
  const latent = (mean.data as Float32Array).slice();
  if (std === null) return latent;
  const noise = random.normal(latent.length);
  return latent.map((value, index) => value + (std.data as Float32Array)[index]! * noise[index]!);
}

/**
 * Passes over the draw that `encodeSample` would make: the inpainting pipeline of diffusers encodes the masked picture too, which a
 * UNet of four channels never sees.
 */
export function skipSample(model: LoadedModel, count: number, random: TorchRandom): void {
  if (model.model.vae.kind === 'kl') random.normal(count);
}

/** The latents that a picture may stand for. @param pixelLimit pictures with more pixels are encoded in tiles */
export async function encodeImage(model: LoadedModel, image: Tensor, pixelLimit: number): Promise<LatentDistribution> {
  const sides = tileSides(model, image.shape[2]!, image.shape[3]!, pixelLimit);
  if (sides === null) return model.encodeDistribution(image);
  const { latentChannels } = model.model.vae;
  let hasDeviation = true;
  const joined = await runInTiles(image, { input: sides.output, output: sides.input }, async (tile) => {
    const { mean, std } = await model.encodeDistribution(tile);
    hasDeviation = std !== null;
    return std === null ? mean : joinChannels(mean, logarithm(std));
  });
  if (!hasDeviation) return { mean: joined, std: null };
  const shape = [1, latentChannels, joined.shape[2]!, joined.shape[3]!];
  const half = elementCount(shape);
  // Seams fade in the logarithm, which is what the encoder itself gives.
  return { mean: tensor('float32', shape, joined.data.slice(0, half)), std: tensor('float32', shape, joined.data.slice(half).map(Math.exp)) };
}

/** A latent as a picture, float32 [1, 3, H, W], about -1 to 1. @param pixelLimit pictures with more pixels are decoded in tiles */
export async function decodeLatent(model: LoadedModel, latent: Tensor, pixelLimit = Infinity): Promise<Tensor> {
  const { downscale } = model.model.vae;
  const sides = tileSides(model, latent.shape[2]! * downscale, latent.shape[3]! * downscale, pixelLimit);
  return sides === null ? model.decode(latent) : runInTiles(latent, sides, (tile) => model.decode(tile));
}

/**
 * Sides of the latent (input) and picture (output) of one tile, or null where the picture is within the limit: the size that the
 * autoencoder was trained at, or smaller if that is over the limit.
 *
 * @throws {AppError} `job-invalid` if the limit leaves no tile
 */
function tileSides({ model: { vae } }: LoadedModel, heightPx: number, widthPx: number, pixelLimit: number): TileSides | null {
  if (heightPx * widthPx <= pixelLimit) return null;
  const unit = 4 * vae.downscale; // so that a quarter of a tile is whole in latents too
  const most = Math.floor(Math.sqrt(pixelLimit) / unit) * unit;
  const side = vae.kind === 'kl' ? Math.min(most, Math.ceil(vae.sampleSizePx / unit) * unit) : most;
  if (side >= unit) return { input: side / vae.downscale, output: side };
  throw new AppError('job-invalid', {
    message: `a limit of ${pixelLimit} pixels leaves no room for a tile`,
    help: `Allow at least ${unit * unit} pixels at once.`,
  });
}

function logarithm(values: Tensor): Tensor<'float32'> {
  return tensor('float32', values.shape, (values.data as Float32Array).map(Math.log));
}

/** Two tensors [1, C, h, w] as one [1, 2C, h, w]. */
function joinChannels(a: Tensor, b: Tensor): Tensor<'float32'> {
  const data = new Float32Array(a.data.length + b.data.length);
  data.set(a.data as Float32Array);
  data.set(b.data as Float32Array, a.data.length);
  return tensor('float32', [1, a.shape[1]! + b.shape[1]!, a.shape[2]!, a.shape[3]!], data);
}
