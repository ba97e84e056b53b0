/** @file The headshots: facts in one store, PNG files in another, so that a contact sheet of hundreds lists at once. */
import { inDatabase } from './database.ts';
import type { ImageRecord } from './picture-records.ts';

export type { ImageRecord } from './picture-records.ts';

/** What of an image changes after it was drawn. */
export type ImageMarks = Pick<ImageRecord, 'favourite' | 'setAside' | 'measures' | 'isBroughtBack'>;

/** An image with its file, as it is held while a deletion can still be undone. */
export interface ImageWithFile {
  readonly image: ImageRecord;
  readonly png: Blob;
}

/** Writes images and their files in one transaction: never one without the other. */
export async function saveImages(images: readonly ImageWithFile[]): Promise<void> {
  await inDatabase(async (database) => {
    const transaction = database.transaction(['images', 'imageFiles'], 'readwrite');
    await Promise.all(
      images.flatMap(({ image, png }) => [transaction.objectStore('images').put(image), transaction.objectStore('imageFiles').put({ imageId: image.id, png })]),
    );
    await transaction.done;
  });
}

/** Writes one image and its PNG, which carries the "made with AI" mark already. */
export function saveImage(image: ImageRecord, png: Blob): Promise<void> {
  return saveImages([{ image, png }]);
}

/** The facts of one image, or undefined. */
export function findImage(id: string): Promise<ImageRecord | undefined> {
  return inDatabase((database) => database.get('images', id));
}

/** The PNG of one image, or undefined. */
export async function readImageFile(id: string): Promise<Blob | undefined> {
  return (await inDatabase((database) => database.get('imageFiles', id)))?.png;
}

/** The images of a project, newest first. */
export async function listImages(projectId: string): Promise<ImageRecord[]> {
  const images = await inDatabase((database) => database.getAllFromIndex('images', 'byProject', projectId));
  return images.sort((a, b) => b.createdAt - a.createdAt || a.id.localeCompare(b.id));
}

/** Changes the marks of an image in one transaction. Returns the new record, or undefined if there is none with this id. */
export function updateImage(id: string, change: Partial<ImageMarks>): Promise<ImageRecord | undefined> {
  return inDatabase(async (database) => {
    const transaction = database.transaction('images', 'readwrite');
    const image = await transaction.store.get(id);
    const changed = image === undefined ? undefined : { ...image, ...change };
    if (changed !== undefined) await transaction.store.put(changed);
    await transaction.done;
    return changed;
  });
}

/** Removes images and their files. Returns them, so that the caller can put them back with `saveImages`. */
export function takeImages(ids: readonly string[]): Promise<ImageWithFile[]> {
  return inDatabase(async (database) => {
    const transaction = database.transaction(['images', 'imageFiles'], 'readwrite');
    const images = transaction.objectStore('images');
    const files = transaction.objectStore('imageFiles');
    const taken = await Promise.all(
      ids.map(async (id) => {
        const [image, file] = await Promise.all([images.get(id), files.get(id)]);
        await Promise.all([images.delete(id), files.delete(id)]);
        return image === undefined || file === undefined ? null : { image, png: file.png };
      }),
    );
    await transaction.done;
    return taken.filter((entry) => entry !== null);
  });
}
