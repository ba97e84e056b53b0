/** @file A model in memory: its configurations, its weights on a device, and its parts as compiled graphs, made when first needed. */
import { AppError } from '../errors/app-error.ts';
import type { StableDiffusionModel } from '../families/stable-diffusion/index.ts';
import type { ModelWeights } from '../families/stable-diffusion/model-weights.ts';
import { textEncoderNames } from '../families/stable-diffusion/text-encoder.ts';
import { components, type Component } from '../families/stable-diffusion/weight-names.ts';
import type { ModelFolder } from '../formats/model-folder.ts';
import type { Graph } from '../graph/graph.ts';
import { loraBaseOf, type LoraBase } from '../lora/lora-base.ts';
import type { WeightedLora } from '../lora/merge-lora.ts';
import { mergedWeights, type MergeOptions } from '../lora/merge-on-runner.ts';
import type { CompiledGraph, GraphRunner, WeightSet } from '../runtime/graph-runner.ts';
import type { SchedulerConfig } from '../schedulers/scheduler-config.ts';
import type { Shape } from '../tensor/shape.ts';
import { tensor, type Tensor } from '../tensor/tensor.ts';
import type { ClipTokenizer } from '../text/clip-tokenizer.ts';
import { buildDenoiser } from './build-denoiser.ts';
import { CompiledGraphCache } from './compiled-graph-cache.ts';
import { ComponentWeights } from './component-weights.ts';
import { changedComponents, mergedComponent } from './merged-component.ts';
import { openModel, type OpenedModel, type OpenModelOptions } from './open-model.ts';

export interface DenoiserOptions {
  readonly batchSize: number;
  /** [1, C, H, W] of one latent. */
  readonly latentShape: Shape;
  /** Merged, and held beside the weights that they change; see `placeMerged` for likenesses that stay for a whole job. */
  readonly loras: readonly WeightedLora[];
}

/** Both float32 [1, C, h, w]. */
export interface LatentDistribution {
  readonly mean: Tensor;
  readonly std: Tensor | null;
}

/** Owns every session and weight it makes; `dispose` frees them all. */
export class LoadedModel {
  readonly runner: GraphRunner;
  readonly model: StableDiffusionModel;
  readonly tokenizer: ClipTokenizer;
  readonly schedulerConfig: SchedulerConfig;
  /** The weights where they lie, in their stored types: what a likeness is checked against and merged into. */
  readonly storedWeights: ModelWeights;
  readonly #weights: ComponentWeights;
  readonly #graphs: CompiledGraphCache;
  #loraBase: Promise<LoraBase> | null = null;
  /** Merged weights that are held beside the plain ones. */
  #merged: { readonly loras: readonly WeightedLora[]; readonly set: WeightSet } | null = null;
  /** Components whose weights are not the plain ones. */
  #replaced: readonly Component[] = [];

  private constructor(runner: GraphRunner, { model, tokenizer, schedulerConfig, weights }: OpenedModel) {
    this.runner = runner;
    this.model = model;
    this.tokenizer = tokenizer;
    this.schedulerConfig = schedulerConfig;
    this.storedWeights = weights;
    this.#weights = new ComponentWeights(runner, weights);
    this.#graphs = new CompiledGraphCache(runner);
  }

  /**
   * Opens a model folder and places its weights on the runner's device, one tensor after another: beside what the device holds, no more
   * than the largest tensor is in memory. See [Note: which type a weight has where].
   *
   * @throws {AppError} what `openModel` throws, and `device-out-of-memory`
   */
  static async load(runner: GraphRunner, folder: ModelFolder, options: OpenModelOptions = {}): Promise<LoadedModel> {
    const loaded = await LoadedModel.open(runner, folder, options);
    try {
      await loaded.placeAll();
      return loaded;
    } catch (error) {
      await loaded.dispose(); // Nobody else could free what was placed before.
      throw error;
    }
  }

  /**
   * As `load`, but every component is placed when it is first needed: what does not run at the same time need not fit together.
   *
   * @throws {AppError} what `openModel` throws
   */
  static async open(runner: GraphRunner, folder: ModelFolder, options: OpenModelOptions = {}): Promise<LoadedModel> {
    return new LoadedModel(runner, await openModel(folder, options));
  }

  /** A component's weights on the device, placed if they are not there. @throws {AppError} `weights-corrupt`, `device-out-of-memory` */
  weightsOf(component: Component): Promise<WeightSet> {
    return this.#weights.of(component);
  }

  /**
   * Places every component that is not there yet.
   *
   * @param beforeWeight awaited before each weight is read; throws to stop
   * @throws {AppError} `weights-corrupt`, `device-out-of-memory`, and what `beforeWeight` throws; the components that were whole by then stay
   */
  async placeAll(beforeWeight?: () => Promise<void>): Promise<void> {
    for (const component of components) await this.#weights.of(component, beforeWeight);
  }

  /** Components whose weights are on the device. */
  get presentComponents(): readonly Component[] {
    return this.#weights.present;
  }

  /** Frees every compiled graph, all merged weights, and the weights of all components but these. What is asked for later comes back by itself. */
  async keepOnly(kept: readonly Component[]): Promise<void> {
    await this.#graphs.releaseAll('');
    this.#merged?.set.dispose();
    this.#merged = null;
    for (const component of components) if (!kept.includes(component) || this.#replaced.includes(component)) await this.#weights.free(component);
    this.#replaced = [];
  }

  /**
   * Places UNet and text encoder anew with these likenesses merged in, in the place of the plain weights: the device holds one copy of the
   * model, and the factors may be forgotten. From then on drawing without likenesses draws with these, until `placePlain` or `keepOnly`.
   *
   * @throws {AppError} `lora-incompatible`, `weights-corrupt`, `device-out-of-memory`, and what `options.beforeLayer` throws; the model is the plain one then
   */
  async placeMerged(loras: readonly WeightedLora[], options: MergeOptions = {}): Promise<void> {
    const changed = changedComponents(loras);
    await this.keepOnly(components.filter((component) => !changed.includes(component)));
    try {
      for (const component of changed) {
        this.#replaced = [...this.#replaced, component];
        await this.#weights.place(component, mergedComponent(this.runner, this.storedWeights, component, loras, options));
      }
    } catch (error) {
      await this.placePlain();
      throw error;
    }
  }

  /** Takes back what `placeMerged` did; the plain weights come back when they are needed. */
  async placePlain(): Promise<void> {
    if (this.#replaced.length > 0) await this.keepOnly(components);
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

  /** What decides whether a likeness fits this model. Read once. @throws {AppError} `weights-corrupt` */
  loraBase(): Promise<LoraBase> {
    return (this.#loraBase ??= loraBaseOf(this.storedWeights));
  }

  /**
   * Text encoder outputs of several prompts, float32 [prompts, length, width].
   *
   * @param skippedLayers last layers of the text encoder to leave out, as `clip_skip` in diffusers
   * @param loras         as for the denoiser: some change the text encoder too
   * @throws {AppError} `job-invalid` if no layer would be left
   */
  async encodePrompts(prompts: readonly string[], skippedLayers = 0, loras: readonly WeightedLora[] = []): Promise<Tensor> {
    const length = this.contextLength;
    const { layers } = this.model.textEncoder;
    if (!Number.isInteger(skippedLayers) || skippedLayers < 0 || skippedLayers >= layers) {
      throw new AppError('job-invalid', { message: `${skippedLayers} layers of the text encoder cannot be skipped`, help: `Choose 0 to ${layers - 1}.` });
    }
    const isChanged = loras.some(({ weights }) => [...weights.keys()].some((path) => path.startsWith('text_encoder.')));
    const key = `${isChanged ? 'merged ' : ''}text-encoder ${prompts.length} ${skippedLayers}`;
    const merged = isChanged ? await this.#mergedSets(loras) : [];
    const encoder = await this.compile(
      key,
      'text_encoder',
      () => this.model.buildTextEncoder({ batch: prompts.length, length, skippedLayers, tokens: 'rows' }),
      merged,
    );
    const ids = prompts.flatMap((prompt) => [...this.tokenizer.encode(prompt, length)]);
    const { data } = await this.storedWeights.tokenRows(ids);
    const outputs = await encoder.run({ [textEncoderNames.rows]: tensor('float32', [prompts.length, length, this.model.textEncoder.width], data) });
    return outputs[textEncoderNames.output]!;
  }

  /** A picture as a scaled latent. @param image float32 [1, 3, H, W], -1 to 1 */
  async encode(image: Tensor): Promise<Tensor> {
    return (await this.encodeDistribution(image)).mean;
  }

  /**
   * The latents that a picture may stand for, scaled: mean + std * unit noise. `std` is null where the autoencoder gives one latent.
   *
   * @param image float32 [1, 3, H, W], -1 to 1
   */
  async encodeDistribution(image: Tensor): Promise<LatentDistribution> {
    const [, , height, width] = image.shape;
    const encoder = await this.compile(`image-encoder ${height} ${width}`, 'vae', () =>
      this.model.buildImageEncoder({ batch: 1, height: height!, width: width! }),
    );
    const outputs = await encoder.run({ image });
    return { mean: outputs['latent_mean']!, std: outputs['latent_std'] ?? null };
  }

  /** A scaled latent as a picture, float32 [1, 3, H, W], about -1 to 1. */
  async decode(latent: Tensor): Promise<Tensor> {
    const [, , height, width] = latent.shape;
    const decoder = await this.compile(`image-decoder ${height} ${width}`, 'vae', () =>
      this.model.buildImageDecoder({ batch: 1, height: height!, width: width! }),
    );
    return (await decoder.run({ latent }))['image']!;
  }

  /** The UNet with the likenesses merged in. Asking with other likenesses frees the weights of the ones before. */
  async denoiser({ batchSize, latentShape, loras }: DenoiserOptions): Promise<CompiledGraph> {
    const [, , height, width] = latentShape;
    const merged = await this.#mergedSets(loras);
    return this.compile(
      `unet ${batchSize} ${height} ${width}`,
      'unet',
      () => buildDenoiser(this.model, { batch: batchSize, height: height!, width: width!, contextLength: this.contextLength }, this.runner.bindingBytes),
      merged,
    );
  }

  /** A graph compiled against a component's weights, once per key. `first` is searched before them. */
  async compile(key: string, component: Component, build: () => Graph, first: readonly WeightSet[] = []): Promise<CompiledGraph> {
    return this.#graphs.get(key, build, [...first, await this.weightsOf(component)]);
  }

  /** Frees one compiled graph, such as the training graph once training is over. */
  release(key: string): Promise<void> {
    return this.#graphs.release(key);
  }

  async dispose(): Promise<void> {
    await this.keepOnly([]);
  }

  /** The weights that the likenesses change, merged once for as long as the same ones are asked for. */
  async #mergedSets(loras: readonly WeightedLora[]): Promise<readonly WeightSet[]> {
    if (loras.length > 0) await this.placePlain(); // These are merged with plain weights, not on top of others.
    if (!sameLoras(this.#merged?.loras ?? [], loras)) await this.#merge(loras);
    return this.#merged === null ? [] : [this.#merged.set];
  }

  async #merge(loras: readonly WeightedLora[]): Promise<void> {
    await this.#graphs.releaseAll('unet ');
    await this.#graphs.releaseAll('merged text-encoder ');
    this.#merged?.set.dispose();
    this.#merged = null;
    if (loras.length > 0) this.#merged = { loras, set: await this.runner.upload(mergedWeights(this.runner, this.storedWeights, loras)) };
  }
}

function sameLoras(a: readonly WeightedLora[], b: readonly WeightedLora[]): boolean {
  return a.length === b.length && a.every((lora, i) => lora.weights === b[i]!.weights && lora.weight === b[i]!.weight);
}
