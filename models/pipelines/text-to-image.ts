/** @file From words to a picture: the denoising loop, written out. */
import type { WeightedLora } from '../lora/merge-lora.ts';
import { AppError } from '../errors/app-error.ts';
import { timeFeatures } from '../families/stable-diffusion/unet.ts';
import { schedulers, type SchedulerId } from '../schedulers/index.ts';
import { TorchRandom } from '../tensor/random.ts';
import { elementCount, formatShape, shapesEqual } from '../tensor/shape.ts';
import { tensor, type Tensor } from '../tensor/tensor.ts';
import type { LoadedModel } from './loaded-model.ts';
import { pictureFromTensor, type RgbPicture } from './pixels.ts';

export interface TextToImageRequest {
  readonly prompt: string;
  /** What guidance leads away from; empty for nothing in particular. */
  readonly negativePrompt: string;
  readonly widthPx: number;
  readonly heightPx: number;
  readonly scheduler: SchedulerId;
  readonly steps: number;
  /** 1 asks the model once a step and ignores the negative prompt; larger follows the words more closely. */
  readonly guidance: number;
  /** The same seed gives the same picture, here and in diffusers. */
  readonly seed: number;
  readonly loras: readonly WeightedLora[];
  /** Unit noise to begin with instead of the seed's, [1, C, H / 8, W / 8]. */
  readonly latents?: Tensor<'float32'>;
}

export interface DenoisingStep {
  /** Calls of the model done, 1..steps. */
  readonly step: number;
  /** Calls in this run: some schedulers ask the model twice in a step. */
  readonly steps: number;
  /** The model's present idea of the clean latent, for previews. */
  readonly originalEstimate: Float32Array;
}

export interface TextToImageResult {
  readonly picture: RgbPicture;
  /** The final latent, [1, C, H / 8, W / 8], as the decoder takes it. */
  readonly latents: Tensor<'float32'>;
}

/**
 * Draws one picture. Yields after every step; stop by not asking for more.
 *
 * @throws {AppError} `job-invalid` for a size that the model cannot draw or latents of another shape
 * @see StableDiffusionPipeline.__call__ of diffusers, whose order of random draws this keeps
 */
export async function* textToImage(model: LoadedModel, request: TextToImageRequest): AsyncGenerator<DenoisingStep, TextToImageResult> {
  const { guidance } = request;
  const shape = model.latentShape(request.widthPx, request.heightPx);
  const sampler = schedulers[request.scheduler].create(model.schedulerConfig, request.steps);
  const steps = sampler.timesteps.length;
  const guided = guidance > 1;
  const prompts = guided ? [request.negativePrompt, request.prompt] : [request.prompt];
  const encoderHiddenStates = await model.encodePrompts(prompts, request.loras);
  const unet = await model.denoiser({ batchSize: prompts.length, latentShape: shape, loras: request.loras });

  const random = new TorchRandom(request.seed);
  const noise = request.latents === undefined ? random.normal(elementCount(shape)) : checkLatents(request.latents, shape);
  let sample: Float32Array = noise.map((value) => value * sampler.initialNoiseScale);

  for (let step = 0; step < steps; step++) {
    const input = sampler.scaleModelInput(sample, step);
    const outputs = await unet.run({
      sample: tensor('float32', [prompts.length, ...shape.slice(1)], repeat(input, prompts.length)),
      time_features: timeFeatures(model.model.unet, new Array<number>(prompts.length).fill(sampler.timesteps[step]!)),
      encoder_hidden_states: encoderHiddenStates,
    });
    const prediction = guide(outputs['noise_pred']!.data as Float32Array, guided ? guidance : null);
    const originalEstimate = sampler.predictOriginal(prediction, step, sample);
    sample = sampler.step(prediction, step, sample, sampler.needsNoise(step) ? random.normal(sample.length) : undefined);
    yield { step: step + 1, steps, originalEstimate };
  }
  const latents = tensor('float32', shape, sample);
  return { picture: pictureFromTensor(await model.decode(latents)), latents };
}

/** Classifier-free guidance: away from the first half of the batch, past the second. Null for a batch of one. */
function guide(outputs: Float32Array, guidance: number | null): Float32Array {
  if (guidance === null) return outputs;
  const half = outputs.length / 2;
  const guided = new Float32Array(half);
  for (let i = 0; i < half; i++) guided[i] = outputs[i]! + guidance * (outputs[half + i]! - outputs[i]!);
  return guided;
}

function repeat(values: Float32Array, times: number): Float32Array {
  const repeated = new Float32Array(values.length * times);
  for (let i = 0; i < times; i++) repeated.set(values, i * values.length);
  return repeated;
}

function checkLatents(latents: Tensor<'float32'>, shape: readonly number[]): Float32Array {
  if (shapesEqual(latents.shape, shape)) return latents.data;
  throw new AppError('job-invalid', {
    message: `the given latents are ${formatShape(latents.shape)}, this picture needs ${formatShape(shape)}`,
    help: 'Give latents for the same width and height, or leave them out.',
  });
}
