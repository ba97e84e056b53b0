/** @file The weights of a model where they lie: every graph parameter with its type, size and file, each read when it is asked for. */
import { AppError } from '../../errors/app-error.ts';
import type { ModelFile, ModelFolder } from '../../formats/model-folder.ts';
import { requireReadable } from '../../formats/safetensors.ts';
import { openStoredWeights, readStoredRows, readStoredTensor, type StoredTensor } from '../../formats/stored-weights.ts';
import { findWeightFiles, requireVariant, type WeightFileOptions, type WeightFiles } from '../../formats/weight-files.ts';
import type { Graph } from '../../graph/graph.ts';
import { formatShape, shapesEqual } from '../../tensor/shape.ts';
import type { Tensor } from '../../tensor/tensor.ts';
import type { StableDiffusionModel } from './index.ts';
import { components, parameterName, tokenTableName, type Component } from './weight-names.ts';

/** Owns no memory but the headers; made anew at no cost, so nobody has to dispose it. */
export class ModelWeights {
  /** Which files each component's weights are in. */
  readonly files: ReadonlyMap<Component, WeightFiles>;
  readonly #stored: ReadonlyMap<Component, ReadonlyMap<string, StoredTensor>>;

  private constructor(files: ReadonlyMap<Component, WeightFiles>, stored: ReadonlyMap<Component, ReadonlyMap<string, StoredTensor>>) {
    this.files = files;
    this.#stored = stored;
  }

  /**
   * Reads the headers of all weight files, some hundred kilobytes.
   *
   * @param listed `folder.list()`
   * @throws {AppError} `model-file-missing`, also for a variant that no component has; `weights-pickled`, `weights-corrupt`
   */
  static async open(folder: ModelFolder, listed: readonly ModelFile[], options: WeightFileOptions = {}): Promise<ModelWeights> {
    if (options.variant !== undefined) requireVariant(folder, listed, components, options.variant);
    const files = new Map<Component, WeightFiles>();
    const stored = new Map<Component, ReadonlyMap<string, StoredTensor>>();
    for (const component of components) {
      const found = await findWeightFiles(folder, listed, component, options);
      const named = new Map<string, StoredTensor>();
      for (const [key, tensor] of await openStoredWeights(folder, found)) {
        const name = parameterName(component, key);
        if (name !== undefined) named.set(name, tensor);
      }
      files.set(component, found);
      stored.set(component, named);
    }
    return new ModelWeights(files, stored);
  }

  /** Parameter name -> where and what it is, of one component or of all. */
  entries(component?: Component): ReadonlyMap<string, StoredTensor> {
    if (component !== undefined) return this.#stored.get(component)!;
    return new Map([...this.#stored.values()].flatMap((named) => [...named]));
  }

  /** One weight in its stored type; undefined if the model has no such weight. @throws {AppError} `weights-corrupt` */
  async read(name: string): Promise<Tensor | undefined> {
    for (const named of this.#stored.values()) {
      const tensor = named.get(name);
      if (tensor !== undefined) return readStoredTensor(tensor);
    }
    return undefined;
  }

  /**
   * The rows of CLIP's table for these tokens, in their order, float32 [tokens, D]. Only they are read.
   *
   * @throws {AppError} `weights-corrupt`; `model-unknown` for a token that the table does not have
   */
  tokenRows(tokens: ArrayLike<number>): Promise<Tensor<'float32'>> {
    return readStoredRows(this.#stored.get('text_encoder')!.get(tokenTableName)!, tokens);
  }

  /** Names of the weights that a component's graphs are given: all of its own but the table of tokens. */
  placedNames(component: Component): readonly string[] {
    return [...this.entries(component).keys()].filter((name) => name !== tokenTableName);
  }

  /**
   * These weights, read one after another in the order of the files.
   *
   * @param beforeWeight awaited before each; throws to stop
   * @throws {AppError} `weights-corrupt`
   */
  async *stream(component: Component, beforeWeight?: () => Promise<void>): AsyncGenerator<readonly [string, Tensor]> {
    const entries = this.entries(component);
    for (const name of this.placedNames(component)) {
      await beforeWeight?.();
      yield [name, await readStoredTensor(entries.get(name)!)] as const;
    }
  }

  /**
   * Compares the headers with what the graphs of this architecture ask for: what is absent is said now, not after minutes of loading.
   *
   * @throws {AppError} `weights-missing` naming the first absent ones, `shape-mismatch` the first of another shape, `model-unknown` the first of a type that
   *   we do not read
   */
  check(model: StableDiffusionModel): void {
    const missing: string[] = [];
    const entries = this.entries();
    for (const { name, shape } of graphsOf(model).flatMap(({ parameters }) => parameters)) {
      const stored = entries.get(name);
      if (stored === undefined) {
        missing.push(name);
        continue;
      }
      requireReadable(stored);
      if (!shapesEqual(stored.shape, shape)) {
        throw new AppError('shape-mismatch', {
          message: `${stored.name} in ${stored.path} is ${formatShape(stored.shape)}, by its configuration the model takes ${formatShape(shape)}`,
          help: 'The configuration and the weights of this model do not belong together. Download it again.',
        });
      }
    }
    if (missing.length === 0) return;
    const more = missing.length > 3 ? ` and ${missing.length - 3} more` : '';
    throw new AppError('weights-missing', {
      message: `the weight files lack ${missing.slice(0, 3).join(', ')}${more}`,
      help: 'The model is incomplete. Download it again or choose another one.',
    });
  }
}

/** Every part of a model once, at the least size: the parameters are the same at all sizes. */
function graphsOf(model: StableDiffusionModel): Graph[] {
  const latentSide = 2 ** (model.unet.levels.length - 1);
  const imageSide = latentSide * model.vae.downscale;
  return [
    model.buildTextEncoder({ batch: 1, length: model.textEncoder.positions }),
    model.buildUnet({ batch: 1, height: latentSide, width: latentSide, contextLength: 1, attention: 'fused' }),
    model.buildImageEncoder({ batch: 1, height: imageSide, width: imageSide }),
    model.buildImageDecoder({ batch: 1, height: latentSide, width: latentSide }),
  ];
}
