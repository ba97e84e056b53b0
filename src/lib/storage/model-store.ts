/** @file The models that the person fetched or brought: what they are and where they came from. Their bytes are in `model-file-store.ts`. */
import { inDatabase } from './database.ts';
import type { ModelFileRecord, ModelPrediction, ModelRecord } from './model-records.ts';

export { modelPredictions } from './model-records.ts';
export type { ModelFileRecord, ModelLicenceRecord, ModelPrediction, ModelRecord, ModelSource } from './model-records.ts';

/** What a model will consist of. */
export type PlannedFile = Pick<ModelFileRecord, 'path' | 'sizeBytes' | 'sha256'>;

/** Everything whose key begins with this model. */
const ofModel = (modelId: string): IDBKeyRange => IDBKeyRange.bound([modelId], [modelId, []]);

export function findModel(id: string): Promise<ModelRecord | undefined> {
  return inDatabase((database) => database.get('models', id));
}

/** All models, oldest first. */
export async function listModels(): Promise<ModelRecord[]> {
  const models = await inDatabase((database) => database.getAll('models'));
  return models.sort((a, b) => a.addedAt - b.addedAt || a.id.localeCompare(b.id));
}

/** The files of a model, by path, without their bytes. */
export function listModelFiles(modelId: string): Promise<ModelFileRecord[]> {
  return inDatabase((database) => database.getAll('modelFiles', ofModel(modelId)));
}

/**
 * Writes down what a model will consist of. Files that are here already and still planned the same keep their bytes; others go.
 * What the person said of the model since it was begun stays.
 *
 * @returns the files, in the order of the plan
 */
export function planModel(model: Omit<ModelRecord, 'isComplete'>, plan: readonly PlannedFile[]): Promise<ModelFileRecord[]> {
  return inDatabase(async (database) => {
    const transaction = database.transaction(['models', 'modelFiles', 'modelChunks'], 'readwrite');
    const files = transaction.objectStore('modelFiles');
    const known = new Map((await files.getAll(ofModel(model.id))).map((file) => [file.path, file]));
    const planned = plan.map(({ path, sizeBytes, sha256 }): ModelFileRecord => {
      const here = known.get(path);
      if (here !== undefined && isSame(here, { sizeBytes, sha256 })) return { ...here, sizeBytes: here.sizeBytes ?? sizeBytes, sha256: here.sha256 ?? sha256 };
      return { modelId: model.id, path, sizeBytes, sha256, entityTag: null, storedBytes: 0, isVerified: false };
    });
    const paths = new Set(plan.map((file) => file.path));
    for (const path of known.keys()) {
      if (paths.has(path)) continue;
      await files.delete([model.id, path]);
      await transaction.objectStore('modelChunks').delete(chunksOf(model.id, path));
    }
    for (const file of planned) {
      await files.put(file);
      if (file.storedBytes === 0) await transaction.objectStore('modelChunks').delete(chunksOf(model.id, file.path));
    }
    const { prediction, ...rest } = model;
    const begun = await transaction.objectStore('models').get(model.id);
    const said = begun === undefined ? prediction : begun.prediction;
    await transaction
      .objectStore('models')
      .put({ ...rest, ...(said === undefined ? {} : { prediction: said }), isComplete: planned.length > 0 && planned.every((file) => file.isVerified) });
    await transaction.done;
    return planned;
  });
}

/** Says that a model is whole if all its files are. Returns whether it is. */
export function completeModel(id: string): Promise<boolean> {
  return inDatabase(async (database) => {
    const transaction = database.transaction(['models', 'modelFiles'], 'readwrite');
    const model = await transaction.objectStore('models').get(id);
    const files = await transaction.objectStore('modelFiles').getAll(ofModel(id));
    const isComplete = model !== undefined && files.length > 0 && files.every((file) => file.isVerified);
    if (model !== undefined) await transaction.objectStore('models').put({ ...model, isComplete });
    await transaction.done;
    return isComplete;
  });
}

/** Keeps what the person says that a model predicts; null: its files decide. Nothing happens if the model is gone. */
export function savePrediction(id: string, said: ModelPrediction | null): Promise<void> {
  return inDatabase(async (database) => {
    const transaction = database.transaction('models', 'readwrite');
    const model = await transaction.store.get(id);
    if (model !== undefined) {
      const { prediction: _before, ...rest } = model;
      await transaction.store.put(said === null ? rest : { ...rest, prediction: said });
    }
    await transaction.done;
  });
}

/** Removes a model with all its files for good. */
export async function removeModel(id: string): Promise<void> {
  await inDatabase(async (database) => {
    const transaction = database.transaction(['models', 'modelFiles', 'modelChunks'], 'readwrite');
    await Promise.all([
      transaction.objectStore('models').delete(id),
      transaction.objectStore('modelFiles').delete(ofModel(id)),
      transaction.objectStore('modelChunks').delete(ofModel(id)),
    ]);
    await transaction.done;
  });
}

/** All chunks of one file. */
export const chunksOf = (modelId: string, path: string): IDBKeyRange => IDBKeyRange.bound([modelId, path], [modelId, path, []]);

/** What is not known of one of the two cannot differ. */
function isSame(here: ModelFileRecord, planned: Pick<PlannedFile, 'sizeBytes' | 'sha256'>): boolean {
  const agree = <T>(a: T | null, b: T | null): boolean => a === null || b === null || a === b;
  return agree(here.sizeBytes, planned.sizeBytes) && agree(here.sha256, planned.sha256);
}
