/** @file A picture while it forms: the model's present idea of the latent, through a decoder that is quick enough to be asked between steps. */
import { AppError } from '../errors/app-error.ts';
import { buildTinyDecoder, readAutoencoderTinyConfig, type AutoencoderTinyConfig } from '../families/stable-diffusion/autoencoder-tiny.ts';
import { parameterName } from '../families/stable-diffusion/weight-names.ts';
import { readText, type ModelFolder } from '../formats/model-folder.ts';
import { parseSafetensors } from '../formats/safetensors.ts';
import type { CompiledGraph, GraphRunner, WeightSet } from '../runtime/graph-runner.ts';
import { tensor, type Tensor } from '../tensor/tensor.ts';
import type { LoadedModel } from './loaded-model.ts';
import { pictureFromTensor, type RgbPicture } from './pixels.ts';

export interface LatentPreview {
  /** @param latent float32 [1, C, h, w], scaled as the UNet has it; larger ones are halved until they are small enough for a look */
  draw(latent: Tensor<'float32'>): Promise<RgbPicture>;
  dispose(): Promise<void>;
}

/** The side in latent pixels that is enough for a look: 256 px. */
const largestSide = 32;

/** The model's own decoder, if it is a small one; nothing is to be disposed then. */
export function decoderOf(model: LoadedModel): LatentPreview | null {
  if (model.model.vae.kind !== 'tiny') return null;
  return { draw: async (latent) => pictureFromTensor(await model.decode(latent)), dispose: async () => undefined };
}

const configFile = 'config.json';
const weightsFile = 'diffusion_pytorch_model.safetensors';

/**
 * A small decoder from a folder of its own, such as TAESD; only its decoding half is placed.
 *
 * @throws {AppError} `model-file-missing`, `model-unknown`, `weights-corrupt`
 */
export async function openDecoder(runner: GraphRunner, folder: ModelFolder): Promise<LatentPreview> {
  const config = readAutoencoderTinyConfig(parseConfig(await readText(folder, configFile)));
  const { tensors } = parseSafetensors(await folder.readBytes(weightsFile));
  const decoding = [...tensors].filter(([key]) => key.startsWith('decoder.')).map(([key, value]) => [parameterName('vae', key)!, value] as const);
  return new SmallDecoder(runner, config, await runner.upload(decoding));
}

function parseConfig(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch (cause) {
    throw new AppError('model-unknown', { message: `${configFile} is not JSON`, help: 'Download the decoder again.', cause });
  }
}

class SmallDecoder implements LatentPreview {
  readonly #runner: GraphRunner;
  readonly #config: AutoencoderTinyConfig;
  readonly #weights: WeightSet;
  #compiled: { readonly size: string; readonly graph: CompiledGraph } | null = null;

  constructor(runner: GraphRunner, config: AutoencoderTinyConfig, weights: WeightSet) {
    this.#runner = runner;
    this.#config = config;
    this.#weights = weights;
  }

  async draw(given: Tensor<'float32'>): Promise<RgbPicture> {
    const latent = shrink(given);
    const [batch, , height, width] = latent.shape as [number, number, number, number];
    const size = latent.shape.join('x');
    if (this.#compiled?.size !== size) {
      await this.#compiled?.graph.dispose();
      this.#compiled = null;
      this.#compiled = { size, graph: await this.#runner.compile(buildTinyDecoder(this.#config, { batch, height, width }), [this.#weights]) };
    }
    return pictureFromTensor((await this.#compiled.graph.run({ latent }))['image']!);
  }

  async dispose(): Promise<void> {
    await this.#compiled?.graph.dispose();
    this.#compiled = null;
    this.#weights.dispose();
  }
}

/** Means of two by two, until neither side is longer than `largestSide`. Odd sides stay as they are. */
export function shrink(latent: Tensor<'float32'>): Tensor<'float32'> {
  const [n, channels, height, width] = latent.shape as [number, number, number, number];
  if (Math.max(height, width) <= largestSide || height % 2 === 1 || width % 2 === 1) return latent;
  const [rows, columns] = [height / 2, width / 2];
  const data = new Float32Array(n * channels * rows * columns);
  for (let plane = 0, to = 0; plane < n * channels; plane++) {
    for (let row = 0; row < rows; row++) {
      for (let column = 0; column < columns; column++) {
        const from = (plane * height + 2 * row) * width + 2 * column;
        data[to++] = (latent.data[from]! + latent.data[from + 1]! + latent.data[from + width]! + latent.data[from + width + 1]!) / 4;
      }
    }
  }
  return shrink(tensor('float32', [n, channels, rows, columns], data));
}
