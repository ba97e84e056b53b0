/** @file A model in memory: its configurations, its weights on a device, and its parts as compiled graphs, made when first needed. */
import { AppError } from '../errors/app-error.ts';
import { readStableDiffusion, type StableDiffusionModel } from '../families/stable-diffusion/index.ts';
import { components, parameterName, type Component } from '../families/stable-diffusion/weight-names.ts';
import { readJson, readText, type ModelFolder } from '../formats/model-folder.ts';
import { parseSafetensors } from '../formats/safetensors.ts';
import type { Graph } from '../graph/graph.ts';
import { mergeLora, type WeightedLora } from '../lora/merge-lora.ts';
import type { CompiledGraph, GraphRunner, WeightSet } from '../runtime/graph-runner.ts';
import { readSchedulerConfig } from '../schedulers/index.ts';
import type { SchedulerConfig } from '../schedulers/scheduler-config.ts';
import type { Shape } from '../tensor/shape.ts';
import { tensor, type Tensor } from '../tensor/tensor.ts';
import { ClipTokenizer } from '../text/clip-tokenizer.ts';
import { CompiledGraphCache } from './compiled-graph-cache.ts';

export interface DenoiserOptions {
  readonly batchSize: number;
  /** [1, C, H, W] of one latent. */
  readonly latentShape: Shape;
  /** Merged into the weights before drawing. */
  readonly loras: readonly WeightedLora[];
}

/** Where diffusers keeps each component's weights. */
const weightFiles: Readonly<Record<Component, string>> = {
  unet: 'unet/diffusion_pytorch_model.safetensors',
  text_encoder: 'text_encoder/model.safetensors',
  vae: 'vae/diffusion_pytorch_model.safetensors',
};

/** Owns every session and weight it makes; `dispose` frees them all. */
export class LoadedModel {
  readonly runner: GraphRunner;
  readonly model: StableDiffusionModel;
  readonly tokenizer: ClipTokenizer;
  readonly schedulerConfig: SchedulerConfig;
  readonly #hostWeights: ReadonlyMap<string, Tensor>;
  readonly #weights: WeightSet;
  readonly #graphs: CompiledGraphCache;
  #merged: { readonly loras: readonly WeightedLora[]; readonly set: WeightSet } | null = null;

  private constructor(runner: GraphRunner, model: StableDiffusionModel, tokenizer: ClipTokenizer, schedulerConfig: SchedulerConfig, hostWeights: ReadonlyMap<string, Tensor>, weights: WeightSet) {
    this.runner = runner;
    this.model = model;
    this.tokenizer = tokenizer;
    this.schedulerConfig = schedulerConfig;
    this.#hostWeights = hostWeights;
    this.#weights = weights;
    this.#graphs = new CompiledGraphCache(runner);
  }

  /**
   * Reads a diffusers-format folder and places its weights on the runner's device.
   *
   * @throws {AppError} `model-file-missing`, `model-unknown`, `weights-corrupt`
   */
  static async load(runner: GraphRunner, folder: ModelFolder): Promise<LoadedModel> {
    const model = readStableDiffusion({
      modelIndex: await readJson(folder, 'model_index.json'),
      unet: await readJson(folder, 'unet/config.json'),
      textEncoder: await readJson(folder, 'text_encoder/config.json'),
      vae: await readJson(folder, 'vae/config.json'),
    });
    const tokenizer = new ClipTokenizer({
      vocab: await readText(folder, 'tokenizer/vocab.json'),
      merges: await readText(folder, 'tokenizer/merges.txt'),
      config: await readText(folder, 'tokenizer/tokenizer_config.json'),
    });
    const schedulerConfig = readSchedulerConfig(await readText(folder, 'scheduler/scheduler_config.json'));
    const hostWeights = new Map<string, Tensor>();
    for (const component of components) {
      for (const [key, weight] of parseSafetensors(await folder.readBytes(weightFiles[component])).tensors) {
        const name = parameterName(component, key);
        if (name !== undefined) hostWeights.set(name, weight);
      }
    }
    return new LoadedModel(runner, model, tokenizer, schedulerConfig, hostWeights, await runner.upload(hostWeights));
  }

  /** Weights by parameter name, as stored: what a likeness is merged into and checked against. */
  get hostWeights(): ReadonlyMap<string, Tensor> {
    return this.#hostWeights;
  }

  /** The weights on the device. */
  get weights(): WeightSet {
    return this.#weights;
  }

  /**
   * [1, C, H / 8, W / 8] for a picture size, 8 being the autoencoder's reduction.
   *
   * @throws {AppError} `job-invalid` if a side is not a multiple of that reduction
   */
  latentShape(widthPx: number, heightPx: number): Shape {
    const { downscale } = this.model.vae;
    const fits = (side: number): boolean => Number.isInteger(side) && side > 0 && side % downscale === 0;
    if (!fits(widthPx) || !fits(heightPx)) {
      throw new AppError('job-invalid', {
        message: `this model cannot draw ${widthPx} x ${heightPx} pixels`,
        help: `Choose a width and a height that are multiples of ${downscale}; it was trained at ${this.nativeSizePx.join(' x ')}.`,
      });
    }
    return [1, this.model.unet.inChannels, heightPx / downscale, widthPx / downscale];
  }

  /** [width, height] in pixels that the model was trained to draw. */
  get nativeSizePx(): readonly [number, number] {
    const [height, width] = this.model.unet.sampleSize;
    return [width * this.model.vae.downscale, height * this.model.vae.downscale];
  }

  /** Tokens of a prompt, padding included. */
  get contextLength(): number {
    return this.model.textEncoder.positions;
  }

  /** Text encoder outputs of several prompts, float32 [prompts, length, width]. */
  async encodePrompts(prompts: readonly string[]): Promise<Tensor> {
    const length = this.contextLength;
    const encoder = await this.compile(`text-encoder ${prompts.length}`, () => this.model.buildTextEncoder({ batch: prompts.length, length }));
    const ids = prompts.flatMap((prompt) => [...this.tokenizer.encode(prompt, length)]);
    const outputs = await encoder.run({ input_ids: tensor('int32', [prompts.length, length], Int32Array.from(ids)) });
    return outputs['last_hidden_state']!;
  }

  /** A picture as a scaled latent. @param image float32 [1, 3, H, W], -1 to 1 */
  async encode(image: Tensor): Promise<Tensor> {
    const [, , height, width] = image.shape;
    const encoder = await this.compile(`image-encoder ${height} ${width}`, () => this.model.buildImageEncoder({ batch: 1, height: height!, width: width! }));
    return (await encoder.run({ image }))['latent_mean']!;
  }

  /** A scaled latent as a picture, float32 [1, 3, H, W], about -1 to 1. */
  async decode(latent: Tensor): Promise<Tensor> {
    const [, , height, width] = latent.shape;
    const decoder = await this.compile(`image-decoder ${height} ${width}`, () => this.model.buildImageDecoder({ batch: 1, height: height!, width: width! }));
    return (await decoder.run({ latent }))['image']!;
  }

  /** The UNet with the likenesses merged in. Asking with other likenesses frees the weights of the ones before. */
  async denoiser({ batchSize, latentShape, loras }: DenoiserOptions): Promise<CompiledGraph> {
    const [, , height, width] = latentShape;
    if (!sameLoras(this.#merged?.loras ?? [], loras)) await this.#merge(loras);
    const merged = this.#merged === null ? [] : [this.#merged.set];
    return this.compile(`unet ${batchSize} ${height} ${width}`, () => this.model.buildUnet({ batch: batchSize, height: height!, width: width!, contextLength: this.contextLength, attention: 'fused' }), merged);
  }

  /** A graph compiled against this model's weights, once per key. `first` is searched before them. */
  compile(key: string, build: () => Graph, first: readonly WeightSet[] = []): Promise<CompiledGraph> {
    return this.#graphs.get(key, build, [...first, this.#weights]);
  }

  /** Frees one compiled graph, such as the training graph once training is over. */
  release(key: string): Promise<void> {
    return this.#graphs.release(key);
  }

  async dispose(): Promise<void> {
    await this.#graphs.releaseAll('');
    this.#merged?.set.dispose();
    this.#weights.dispose();
  }

  async #merge(loras: readonly WeightedLora[]): Promise<void> {
    await this.#graphs.releaseAll('unet ');
    this.#merged?.set.dispose();
    this.#merged = null;
    if (loras.length > 0) this.#merged = { loras, set: await this.runner.upload(mergeLora(this.#hostWeights, loras)) };
  }
}

function sameLoras(a: readonly WeightedLora[], b: readonly WeightedLora[]): boolean {
  return a.length === b.length && a.every((lora, i) => lora.weights === b[i]!.weights && lora.weight === b[i]!.weight);
}
