/** @file The denoising loop, written out: what every way of drawing a picture shares. */
import type { WeightedLora } from '../lora/merge-lora.ts';
import { AppError } from '../errors/app-error.ts';
import { timeFeatures } from '../families/stable-diffusion/unet.ts';
import { schedulers, type SchedulerId } from '../schedulers/index.ts';
import type { TimestepSpacing } from '../schedulers/scheduler-config.ts';
import type { Sampler } from '../schedulers/scheduler.ts';
import type { TorchRandom } from '../tensor/random.ts';
import type { Shape } from '../tensor/shape.ts';
import { tensor, type Tensor } from '../tensor/tensor.ts';
import { asksTwice, guide, type Guidance } from './guidance.ts';
import { decodeLatent } from './image-latents.ts';
import type { LoadedModel } from './loaded-model.ts';
import { pictureFromTensor, type RgbPicture } from './pixels.ts';

/** What every way of drawing is asked with. */
export interface DrawingTerms {
  readonly prompt: string;
  /** What guidance leads away from; empty for nothing in particular. */
  readonly negativePrompt: string;
  readonly scheduler: SchedulerId;
  readonly steps: number;
  /** 1 asks the model once a step and ignores the negative prompt; larger follows the words more closely. */
  readonly guidance: number;
  /** 0 to 1, default 0: how far guidance keeps the contrast of the unguided picture. */
  readonly guidanceRescale?: number;
  /** 0 to 1: how much fresh noise DDIM (default 0) and TCD (default 0.3) put back; other schedulers have their own ways. */
  readonly eta?: number;
  /** Where the steps lie, if not where the model's own configuration puts them: some acceleration LoRAs were taught with others. */
  readonly timestepSpacing?: TimestepSpacing | undefined;
  /** Last layers of the text encoder to leave out, as `clip_skip` in diffusers. Default 0. */
  readonly clipSkip?: number;
  /** The same seed gives the same picture, here and in diffusers. */
  readonly seed: number;
  readonly loras: readonly WeightedLora[];
  /** Pictures with more pixels pass the autoencoder in tiles. Default: never. */
  readonly tileAbovePixels?: number;
}

export interface DenoisingStep {
  /** Calls of the model done, 1..steps. */
  readonly step: number;
  /** Calls in this run: some schedulers ask the model twice in a step. */
  readonly steps: number;
  /** The model's present idea of the clean latent, for previews. */
  readonly originalEstimate: Float32Array;
}

export interface Drawing {
  readonly picture: RgbPicture;
  /** The final latent, [1, C, H / 8, W / 8], as the decoder takes it. */
  readonly latents: Tensor<'float32'>;
}

/** Where a run begins. */
export interface Beginning {
  readonly sampler: Sampler;
  /** The run's random numbers, after those that made `sample`. */
  readonly random: TorchRandom;
  /** [1, C, h, w] of the latent. */
  readonly latentShape: Shape;
  readonly sample: Float32Array;
  /** Index of the first call; those before it are left out. */
  readonly firstCall: number;
  /** Changes the sample after each call; `nextCall` may be one beyond the last. */
  readonly afterCall?: (sample: Float32Array, nextCall: number) => Float32Array;
}

/**
 * The plan of a run and its first call, `strength` being the share of the steps that are taken.
 *
 * @throws {AppError} `job-invalid` if it takes no step, or for a number of steps or an `eta` that cannot be
 */
export function planRun(
  model: LoadedModel,
  { scheduler, steps, eta, timestepSpacing }: DrawingTerms,
  strength: number,
): { sampler: Sampler; firstCall: number } {
  const { create, callsPerStep } = schedulers[scheduler];
  const taken = Math.min(Math.floor(steps * strength), steps);
  if (!(taken >= 1 && strength <= 1)) {
    const help = 'Choose a strength up to 1, and more steps for a small one: strength times steps is at least 1.';
    throw new AppError('job-invalid', { message: `strength ${strength} of ${steps} steps takes none`, help });
  }
  if (eta !== undefined && !(eta >= 0 && eta <= 1))
    throw new AppError('job-invalid', { message: `a share of fresh noise of ${eta} cannot be`, help: 'Choose 0 to 1.' });
  // As the pipelines of diffusers do whatever an old file says: latents are not clipped, and leading timesteps begin at 1.
  const { className, stated } = model.schedulerConfig;
  const config = {
    className,
    stated: { ...stated, clipSample: false, stepsOffset: 1, ...(eta !== undefined && { eta }), ...(timestepSpacing && { timestepSpacing }) },
  };
  return { sampler: create(config, steps), firstCall: (steps - taken) * callsPerStep };
}

/**
 * Draws one picture from where it begins. Yields after every call of the model; stop by not asking for more.
 *
 * @see StableDiffusionPipeline.__call__ of diffusers, whose order of random draws this keeps
 */
export async function* denoise(model: LoadedModel, terms: DrawingTerms, beginning: Beginning): AsyncGenerator<DenoisingStep, Drawing> {
  const { sampler, random, latentShape, firstCall, afterCall } = beginning;
  const guidance: Guidance = { scale: terms.guidance, rescale: terms.guidanceRescale ?? 0 };
  const encoderHiddenStates = await encodeWords(model, terms, asksTwice(guidance));
  const batchSize = encoderHiddenStates.shape[0]!;
  const unet = await model.denoiser({ batchSize, latentShape, loras: terms.loras });

  let { sample } = beginning;
  const calls = sampler.timesteps.length;
  for (let call = firstCall; call < calls; call++) {
    const input = sampler.scaleModelInput(sample, call);
    const outputs = await unet.run({
      sample: tensor('float32', [batchSize, ...latentShape.slice(1)], repeat(input, batchSize)),
      time_features: timeFeatures(model.model.unet, new Array<number>(batchSize).fill(sampler.timesteps[call]!)),
      encoder_hidden_states: encoderHiddenStates,
    });
    const prediction = guide(outputs['noise_pred']!.data as Float32Array, guidance);
    const originalEstimate = sampler.predictOriginal(prediction, call, sample);
    sample = sampler.step(prediction, call, sample, sampler.needsNoise(call) ? random.normal(sample.length) : undefined);
    if (afterCall !== undefined) sample = afterCall(sample, call + 1);
    yield { step: call + 1 - firstCall, steps: calls - firstCall, originalEstimate };
  }
  const latents = tensor('float32', latentShape, sample);
  return { picture: pictureFromTensor(await decodeLatent(model, latents, terms.tileAbovePixels)), latents };
}

/** Text features [1 or 2, L, D], the negative prompt's first. `clip_skip` of diffusers is for the prompt alone. */
async function encodeWords(model: LoadedModel, { prompt, negativePrompt, clipSkip = 0, loras }: DrawingTerms, withNegative: boolean): Promise<Tensor> {
  if (!withNegative) return model.encodePrompts([prompt], clipSkip, loras);
  if (clipSkip === 0) return model.encodePrompts([negativePrompt, prompt], 0, loras);
  const parts = [await model.encodePrompts([negativePrompt], 0, loras), await model.encodePrompts([prompt], clipSkip, loras)];
  const [, ...features] = parts[0]!.shape;
  return tensor('float32', [2, ...features], Float32Array.from(parts.flatMap(({ data }) => Array.from(data as Float32Array))));
}

function repeat(values: Float32Array, times: number): Float32Array {
  const repeated = new Float32Array(values.length * times);
  for (let i = 0; i < times; i++) repeated.set(values, i * values.length);
  return repeated;
}
