/** @file The bytes of model files, in chunks: written as they arrive, read where they are needed. */
import { AppError } from '#models/errors/app-error.ts';
import { inDatabase } from './database.ts';
import { chunkBytes, digestOf } from './model-chunks.ts';
import { chunksOf, completeModel, planModel, listModelFiles, findModel } from './model-store.ts';
import type { ModelChunkRecord, ModelFileRecord } from './model-records.ts';

/** Which file. */
export type FileName = Pick<ModelFileRecord, 'modelId' | 'path'>;

export function findModelFile({ modelId, path }: FileName): Promise<ModelFileRecord | undefined> {
  return inDatabase((database) => database.get('modelFiles', [modelId, path]));
}

/** One chunk of a file, or undefined. */
export function findChunk({ modelId, path }: FileName, index: number): Promise<ModelChunkRecord | undefined> {
  return inDatabase((database) => database.get('modelChunks', [modelId, path, index]));
}

/**
 * Writes a chunk and, in the same transaction, how far the file has come: never one without the other.
 *
 * @param bytes `chunkBytes` of them; fewer at the end of what is here, to be replaced when more comes
 */
export async function saveChunk({ modelId, path }: FileName, index: number, bytes: ArrayBuffer): Promise<void> {
  const digest = await digestOf(bytes);
  await inDatabase(async (database) => {
    const transaction = database.transaction(['modelFiles', 'modelChunks'], 'readwrite');
    const file = await transaction.objectStore('modelFiles').get([modelId, path]);
    // Removed meanwhile, by this or another tab: nothing is written, and the writer is told.
    if (file !== undefined) {
      await transaction.objectStore('modelChunks').put({ modelId, path, index, bytes, digest });
      await transaction.objectStore('modelFiles').put({ ...file, storedBytes: index * chunkBytes + bytes.byteLength });
    }
    await transaction.done;
    if (file === undefined) throw new AppError('cancelled', { message: `${path} of ${modelId} was removed while it was being written` });
  });
}

/** Changes what is known of a file. */
export async function updateModelFile(name: FileName, change: Partial<Pick<ModelFileRecord, 'sizeBytes' | 'entityTag' | 'isVerified'>>): Promise<void> {
  await inDatabase(async (database) => {
    const transaction = database.transaction('modelFiles', 'readwrite');
    const file = await transaction.store.get([name.modelId, name.path]);
    if (file !== undefined) await transaction.store.put({ ...file, ...change });
    await transaction.done;
  });
}

/** Forgets the bytes of a file, so that it is fetched again from its start. The model is no longer complete. */
export async function dropFileBytes({ modelId, path }: FileName): Promise<void> {
  await inDatabase(async (database) => {
    const transaction = database.transaction(['models', 'modelFiles', 'modelChunks'], 'readwrite');
    const [model, file] = await Promise.all([transaction.objectStore('models').get(modelId), transaction.objectStore('modelFiles').get([modelId, path])]);
    await transaction.objectStore('modelChunks').delete(chunksOf(modelId, path));
    if (file !== undefined) await transaction.objectStore('modelFiles').put({ ...file, entityTag: null, storedBytes: 0, isVerified: false });
    if (model !== undefined) await transaction.objectStore('models').put({ ...model, isComplete: false });
    await transaction.done;
  });
}

/** Writes a whole file that is in memory, into a model that may not be there yet. For small models and for tests. */
export async function saveModelFile(name: FileName, bytes: ArrayBuffer): Promise<void> {
  const { modelId, path } = name;
  const model = (await findModel(modelId)) ?? { id: modelId, label: modelId, source: { kind: 'local', name: modelId }, licence: null, addedAt: Date.now() };
  const others = (await listModelFiles(modelId)).filter((file) => file.path !== path);
  await planModel(model, [...others, { path, sizeBytes: bytes.byteLength, sha256: await digestOf(bytes) }]);
  for (let index = 0; index * chunkBytes < bytes.byteLength; index++) await saveChunk(name, index, bytes.slice(index * chunkBytes, (index + 1) * chunkBytes));
  await updateModelFile(name, { isVerified: true });
  await completeModel(modelId);
}
