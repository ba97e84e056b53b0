/** @file The learned likenesses and their weights (safetensors), the latter in a store of their own. */
import { inDatabase } from './database.ts';
import type { LikenessRecord } from './likeness-records.ts';

export type { LikenessRecord } from './likeness-records.ts';

/** Writes a likeness and its weights in one transaction: never one without the other. */
export async function saveLikeness(likeness: LikenessRecord, safetensors: ArrayBuffer): Promise<void> {
  await inDatabase(async (database) => {
    const transaction = database.transaction(['likenesses', 'likenessFiles'], 'readwrite');
    await Promise.all([
      transaction.objectStore('likenesses').put(likeness),
      transaction.objectStore('likenessFiles').put({ likenessId: likeness.id, safetensors }),
    ]);
    await transaction.done;
  });
}

/** The likeness with this id, or undefined. */
export function findLikeness(id: string): Promise<LikenessRecord | undefined> {
  return inDatabase((database) => database.get('likenesses', id));
}

/** The weights of a likeness as safetensors bytes, or undefined. */
export async function readLikenessWeights(id: string): Promise<ArrayBuffer | undefined> {
  return (await inDatabase((database) => database.get('likenessFiles', id)))?.safetensors;
}

/** The likenesses of a project, newest first. */
export async function listLikenesses(projectId: string): Promise<LikenessRecord[]> {
  const likenesses = await inDatabase((database) => database.getAllFromIndex('likenesses', 'byProject', projectId));
  return likenesses.sort((a, b) => b.createdAt - a.createdAt);
}

/** Removes a likeness and its weights for good. */
export async function removeLikeness(id: string): Promise<void> {
  await inDatabase(async (database) => {
    const transaction = database.transaction(['likenesses', 'likenessFiles'], 'readwrite');
    await Promise.all([transaction.objectStore('likenesses').delete(id), transaction.objectStore('likenessFiles').delete(id)]);
    await transaction.done;
  });
}
