/** @file The steps from one version of the database to the next. Old steps stay: a person may come back after a year. */
import type { IDBPDatabase, IDBPTransaction, StoreNames } from 'idb';
import { noEdit } from '#models/vision/photo-edit.ts';
import { chunkBytes } from './model-chunks.ts';
import type { ModelChunkRecord, ModelFileRecord, ModelRecord } from './model-records.ts';
import type { PhotoRecord } from './person-records.ts';
import type { LikenessSchema } from './schema.ts';

/** Stores as they were need no types of today. */
type AnyDatabase = IDBPDatabase;
type Upgrade = IDBPTransaction<LikenessSchema, StoreNames<LikenessSchema>[], 'versionchange'>;

/** A file of version 1, which kept each in one record. */
interface WeightRecord1 {
  readonly modelId: string;
  readonly path: string;
  readonly bytes: ArrayBuffer;
  readonly sha256: string | null;
  readonly storedAt: number;
}

export function createVersion1(typed: IDBPDatabase<LikenessSchema>): void {
  const database = typed as unknown as AnyDatabase;
  database.createObjectStore('projects', { keyPath: 'id' });
  database.createObjectStore('photos', { keyPath: 'id' }).createIndex('byProject', 'projectId');
  database.createObjectStore('runs', { keyPath: 'id' }).createIndex('byProject', 'projectId');
  database.createObjectStore('checkpoints', { keyPath: 'runId' });
  database.createObjectStore('likenesses', { keyPath: 'id' }).createIndex('byProject', 'projectId');
  database.createObjectStore('likenessFiles', { keyPath: 'likenessId' });
  database.createObjectStore('images', { keyPath: 'id' }).createIndex('byProject', 'projectId');
  database.createObjectStore('imageFiles', { keyPath: 'imageId' });
  database.createObjectStore('weights', { keyPath: 'key' }).createIndex('byModel', 'modelId');
  database.createObjectStore('settings', { keyPath: 'name' });
}

/** Model files become chunks: one record of gigabytes cannot be written as it arrives, nor read in pieces. */
export async function upgradeToVersion2(typed: IDBPDatabase<LikenessSchema>, transaction: Upgrade): Promise<void> {
  const database = typed as unknown as AnyDatabase;
  const models = database.createObjectStore('models', { keyPath: 'id' });
  const files = database.createObjectStore('modelFiles', { keyPath: ['modelId', 'path'] });
  const chunks = database.createObjectStore('modelChunks', { keyPath: ['modelId', 'path', 'index'] });
  // One file at a time, so that the largest of them is what the upgrade needs in memory.
  let cursor = await (transaction as unknown as IDBPTransaction<unknown, ['weights'], 'versionchange'>).objectStore('weights').openCursor();
  while (cursor !== null) {
    const { modelId, path, bytes, sha256, storedAt } = cursor.value as WeightRecord1;
    const model: ModelRecord = { id: modelId, label: modelId, source: { kind: 'local', name: modelId }, licence: null, addedAt: storedAt, isComplete: true };
    const file: ModelFileRecord = { modelId, path, sizeBytes: bytes.byteLength, sha256, entityTag: null, storedBytes: bytes.byteLength, isVerified: true };
    await Promise.all([models.put(model), files.put(file)]);
    for (let index = 0; index * chunkBytes < bytes.byteLength; index++) {
      // No digest: the browser's SHA-256 is asynchronous, and the upgrade would end while we wait.
      const chunk: ModelChunkRecord = { modelId, path, index, bytes: bytes.slice(index * chunkBytes, (index + 1) * chunkBytes), digest: null };
      await chunks.put(chunk);
    }
    cursor = await cursor.continue();
  }
  database.deleteObjectStore('weights');
}

/** A photo of versions 1 and 2, of which only faces were known. */
type PhotoRecord2 = Omit<PhotoRecord, 'original' | 'edit' | 'measures' | 'chosenFace' | 'overridden'>;

/** Photos can be measured and changed. Old ones are measured when the page of photos is opened: no net runs in an upgrade. */
export async function upgradeToVersion3(transaction: Upgrade): Promise<void> {
  let cursor = await transaction.objectStore('photos').openCursor();
  while (cursor !== null) {
    const old: PhotoRecord2 = cursor.value;
    await cursor.update({ ...old, original: null, edit: noEdit, measures: null, chosenFace: null, overridden: [] });
    cursor = await cursor.continue();
  }
}
