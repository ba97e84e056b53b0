/** @file What the engine works on: one runner on one backend, and one model on it, with what is merged into it. */
import { LoadedModel } from '#models/pipelines/loaded-model.ts';
import type { PredictionType } from '#models/schedulers/scheduler-config.ts';
import type { GenerateRequest } from '../contract/engine.ts';
import { builtinModelId, openingOf, openModelFolder } from '../host/model-folders.ts';
import type { ChosenBackend } from './choose-backend.ts';
import { requireRoomToDraw } from './fit-drawing.ts';
import { modelOfLikeness } from './model-of-likeness.ts';
import { findLora, keyOf, readLoras, requireLikeness } from './stored-loras.ts';

interface OpenModel {
  readonly id: string;
  /** What the person said that it predicts when it was opened. */
  readonly prediction: PredictionType | undefined;
  readonly loaded: LoadedModel;
  /** Which LoRAs are merged into it, as `keyOf` writes them; null while that is unknown. */
  merged: string | null;
  /** True once drawing with it was found to fit. */
  hasRoomToDraw: boolean;
}

/** What a drawing job asks of the model. */
export type WantedModel = Pick<GenerateRequest, 'likenessId' | 'loras'>;

const plain = keyOf([]);

/** Owns the runner and everything on it; `dispose` frees all. Used by one job at a time. */
export class EngineDevice {
  readonly backend: ChosenBackend;
  #model: OpenModel | null = null;

  constructor(backend: ChosenBackend) {
    this.backend = backend;
  }

  /**
   * The model with this id, with nothing merged into it. Opening another one frees the one before.
   *
   * @param placing `when-needed` reads configurations and headers only; the weights come by themselves
   * @throws {AppError} `model-file-missing`, `model-unknown`, `weights-corrupt`
   */
  async openModel(modelId: string, placing: 'at-once' | 'when-needed' = 'at-once'): Promise<LoadedModel> {
    const model = await this.#open(modelId, placing);
    if (model.merged !== plain) await model.loaded.placePlain();
    model.merged = plain;
    return model.loaded;
  }

  /**
   * The model of a likeness with all LoRAs of a job merged into it and every weight in its place. They stay for the next job that asks for
   * the same ones; their factors do not.
   *
   * @param beforeLayer awaited before each layer that is merged and each weight that is read; throws to stop
   * @throws {AppError} `job-invalid` if a likeness was deleted, `model-file-missing`, `lora-incompatible`, `lora-damaged`, `model-too-large`, `weights-corrupt`
   */
  async openForDrawing(
    { likenessId, loras }: WantedModel,
    beforeLayer: () => Promise<void>,
  ): Promise<{ readonly model: LoadedModel; readonly modelId: string }> {
    const found = await Promise.all(loras.map(findLora));
    const modelId = likenessId === null ? builtinModelId : await modelOfLikeness(await requireLikeness(likenessId));
    const model = await this.#open(modelId, 'when-needed');
    const key = keyOf(found);
    if (model.merged !== key || !model.hasRoomToDraw) {
      const weighted = found.length === 0 ? [] : await readLoras(found, await model.loaded.loraBase());
      requireRoomToDraw(model.loaded.model, model.loaded.nativeSizePx, weighted, this.backend.memory);
      model.hasRoomToDraw = true;
      if (model.merged !== key) {
        model.merged = null; // Until it is done: a job that is stopped in the middle leaves nobody knows what.
        await model.loaded.placeMerged(weighted, { beforeLayer });
        model.merged = key;
      }
    }
    await model.loaded.placeAll(beforeLayer);
    return { model: model.loaded, modelId };
  }

  async #open(modelId: string, placing: 'at-once' | 'when-needed'): Promise<OpenModel> {
    const opening = await openingOf(modelId);
    if (this.#model?.id === modelId && this.#model.prediction === opening.prediction) return this.#model;
    const previous = this.#model?.loaded;
    this.#model = null;
    await previous?.dispose();
    const loaded = await (placing === 'at-once' ? LoadedModel.load : LoadedModel.open)(this.backend.runner, openModelFolder(modelId), opening);
    this.#model = { id: modelId, prediction: opening.prediction, loaded, merged: plain, hasRoomToDraw: false };
    return this.#model;
  }

  /** Frees the model and the runner. Nothing here throws: a lost device refuses everything, and there is nobody to tell. */
  async dispose(): Promise<void> {
    await this.#model?.loaded.dispose().catch(() => undefined);
    await this.backend.runner.dispose().catch(() => undefined);
    this.#model = null;
  }
}
