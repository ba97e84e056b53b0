/** @file What the engine works on: one runner on one backend, one model on it, and the likeness that was last drawn with. */
import { AppError } from '#models/errors/app-error.ts';
import type { LoraFactors } from '#models/lora/lora-weights.ts';
import { readLora } from '#models/lora/read-lora.ts';
import { LoadedModel } from '#models/pipelines/loaded-model.ts';
import { findLikeness, readLikenessWeights } from '#storage/likeness-store.ts';
import type { ChosenBackend } from './choose-backend.ts';
import { modelOfLikeness } from './model-of-likeness.ts';
import { builtinModelId, openModelFolder } from '../host/model-folders.ts';

interface OpenLikeness {
  readonly id: string;
  readonly model: LoadedModel;
  readonly factors: Map<string, LoraFactors>;
}

/** Owns the runner and everything on it; `dispose` frees all. Used by one job at a time. */
export class EngineDevice {
  readonly backend: ChosenBackend;
  #model: { readonly id: string; readonly loaded: LoadedModel } | null = null;
  #likeness: OpenLikeness | null = null;

  constructor(backend: ChosenBackend) {
    this.backend = backend;
  }

  /**
   * The model with this id. Opening another one frees the one before.
   *
   * @param placing `when-needed` reads configurations and headers only; the weights come by themselves
   * @throws {AppError} `model-file-missing`, `model-unknown`, `weights-corrupt`
   */
  async openModel(modelId: string, placing: 'at-once' | 'when-needed' = 'at-once'): Promise<LoadedModel> {
    if (this.#model?.id === modelId) return this.#model.loaded;
    const previous = this.#model?.loaded;
    this.#model = null;
    this.#likeness = null;
    await previous?.dispose();
    const loaded = await (placing === 'at-once' ? LoadedModel.load : LoadedModel.open)(this.backend.runner, openModelFolder(modelId));
    this.#model = { id: modelId, loaded };
    return loaded;
  }

  /**
   * The model that a likeness was learned on, and its factors: the same object as long as it is the same likeness, so that it is merged once.
   *
   * @param likenessId null for the built-in model as it is
   * @throws {AppError} `job-invalid` if the likeness was deleted, `lora-incompatible`, `lora-damaged`, `weights-corrupt`
   */
  async openLikeness(likenessId: string | null): Promise<{ readonly model: LoadedModel; readonly lora: Map<string, LoraFactors> | null }> {
    if (likenessId === null) return { model: await this.openModel(builtinModelId), lora: null };
    const [record, bytes] = await Promise.all([findLikeness(likenessId), readLikenessWeights(likenessId)]);
    if (record === undefined || bytes === undefined) {
      throw new AppError('job-invalid', { message: 'the likeness is not in storage any more', help: 'Train it again, or choose another one.' });
    }
    const model = await this.openModel(await modelOfLikeness(record));
    if (this.#likeness?.id !== likenessId || this.#likeness.model !== model) {
      this.#likeness = { id: likenessId, model, factors: readLora({ bytes: new Uint8Array(bytes) }, await model.loraBase()) };
    }
    return { model, lora: this.#likeness.factors };
  }

  /** Frees the model and the runner. Nothing here throws: a lost device refuses everything, and there is nobody to tell. */
  async dispose(): Promise<void> {
    await this.#model?.loaded.dispose().catch(() => undefined);
    await this.backend.runner.dispose().catch(() => undefined);
    this.#model = null;
    this.#likeness = null;
  }
}
