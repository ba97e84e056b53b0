/** @file Files of models, by `modelId/path`. The built-in model is also in the offline cache; models a person brings are only here. */
import { inDatabase } from './database.ts';
import type { WeightRecord } from './schema.ts';

export type { WeightRecord } from './schema.ts';

/** What is known of a stored file without reading its bytes. */
export type WeightFileName = Pick<WeightRecord, 'modelId' | 'path'>;

/** Writes one file of a model. Owns `bytes` from here on. */
export async function saveWeightFile(file: Omit<WeightRecord, 'key' | 'sizeBytes' | 'storedAt'>): Promise<void> {
  const record = { ...file, key: keyOf(file), sizeBytes: file.bytes.byteLength, storedAt: Date.now() };
  await inDatabase((database) => database.put('weights', record));
}

/** One file of a model with its bytes, or undefined. */
export function findWeightFile(modelId: string, path: string): Promise<WeightRecord | undefined> {
  return inDatabase((database) => database.get('weights', keyOf({ modelId, path })));
}

/** The paths of a model's stored files, without reading them. */
export async function listWeightFiles(modelId: string): Promise<string[]> {
  const keys = await inDatabase((database) => database.getAllKeysFromIndex('weights', 'byModel', modelId));
  return keys.map((key) => key.slice(modelId.length + 1)).sort();
}

/** Removes all files of a model. */
export async function removeModel(modelId: string): Promise<void> {
  await inDatabase(async (database) => {
    const transaction = database.transaction('weights', 'readwrite');
    const keys = await transaction.store.index('byModel').getAllKeys(modelId);
    await Promise.all(keys.map((key) => transaction.store.delete(key)));
    await transaction.done;
  });
}

function keyOf(file: WeightFileName): string {
  return `${file.modelId}/${file.path}`;
}
