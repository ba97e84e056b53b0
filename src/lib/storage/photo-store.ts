/** @file The person's photos, prepared: upright, without metadata, with a thumbnail. */
import { inDatabase } from './database.ts';
import type { PhotoRecord } from './person-records.ts';

export type { PhotoRecord } from './person-records.ts';

/** Writes a photo. The caller has checked `digest` against the others (`findPhotoByDigest`). */
export async function addPhoto(photo: PhotoRecord): Promise<void> {
  await inDatabase((database) => database.put('photos', photo));
}

/**
 * Changes a photo that is there; one that was removed meanwhile stays removed.
 *
 * @returns the changed record, or undefined
 */
export function updatePhoto(id: string, change: Partial<Omit<PhotoRecord, 'id' | 'projectId'>>): Promise<PhotoRecord | undefined> {
  return inDatabase(async (database) => {
    const transaction = database.transaction('photos', 'readwrite');
    const stored = await transaction.store.get(id);
    const changed = stored === undefined ? undefined : { ...stored, ...change };
    if (changed !== undefined) await transaction.store.put(changed);
    await transaction.done;
    return changed;
  });
}

/** The photo with this id, or undefined. */
export function findPhoto(id: string): Promise<PhotoRecord | undefined> {
  return inDatabase((database) => database.get('photos', id));
}

/** The photos of a project in the order they were added. */
export async function listPhotos(projectId: string): Promise<PhotoRecord[]> {
  const photos = await inDatabase((database) => database.getAllFromIndex('photos', 'byProject', projectId));
  return photos.sort((a, b) => a.addedAt - b.addedAt || a.id.localeCompare(b.id));
}

/** The photos with these ids, in the order of the ids; those that are gone are left out. */
export async function findPhotos(ids: readonly string[]): Promise<PhotoRecord[]> {
  const photos = await inDatabase((database) => Promise.all(ids.map((id) => database.get('photos', id))));
  return photos.filter((photo) => photo !== undefined);
}

/** Removes photos for good. */
export async function removePhotos(ids: readonly string[]): Promise<void> {
  await inDatabase(async (database) => {
    const transaction = database.transaction('photos', 'readwrite');
    await Promise.all(ids.map((id) => transaction.store.delete(id)));
    await transaction.done;
  });
}
