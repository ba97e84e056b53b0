/** @file Puts records into the app's database as the engine would, so that journeys through gallery and settings need no engine. */
import type { Page } from 'playwright-core';
import { goodFace, goodPhoto } from '#models/checks/measures-fixture.ts';
import type { PhotoMeasures } from '#models/vision/photo-measures.ts';

/** Measures of a picture that is fit to be seen and like no other. */
export function fitMeasures(index: number): PhotoMeasures {
  return { ...goodPhoto, faces: [goodFace], fingerprint: (0xffffn << BigInt(index * 9)).toString(16).padStart(16, '0').slice(-16) };
}

/**
 * Writes pictures for the current project, each a plain square of its own colour. The app must have been opened once.
 *
 * @param measured what was seen in each; undefined where nobody looked yet
 */
export async function seedPictures(page: Page, count: number, measured: (index: number) => PhotoMeasures | undefined = fitMeasures): Promise<void> {
  const all = Array.from({ length: count }, (_, index) => measured(index) ?? null);
  await page.evaluate(async (measures) => {
    const total = measures.length;
    const database = await new Promise<IDBDatabase>((resolve, reject) => {
      const request = indexedDB.open('likeness');
      request.onsuccess = () => {
        resolve(request.result);
      };
      request.onerror = () => {
        reject(new Error('The database could not be opened.'));
      };
    });
    const done = <T>(request: IDBRequest<T>): Promise<T> =>
      new Promise((resolve, reject) => {
        request.onsuccess = () => {
          resolve(request.result);
        };
        request.onerror = () => {
          reject(new Error('A request to the database failed.'));
        };
      });
    const [project] = (await done(database.transaction('projects').objectStore('projects').getAll())) as { id: string }[];
    for (let index = 0; index < total; index += 1) {
      const canvas = new OffscreenCanvas(192, 192);
      const context = canvas.getContext('2d');
      if (context === null || project === undefined) throw new Error('The app was not opened yet.');
      context.fillStyle = `hsl(${index * 40} 40% 50%)`;
      context.fillRect(0, 0, 192, 192);
      const png = await canvas.convertToBlob({ type: 'image/png' });
      const transaction = database.transaction(['images', 'imageFiles'], 'readwrite');
      transaction.objectStore('images').put({
        id: `picture-${index}`,
        projectId: project.id,
        likenessId: 'likeness',
        styleId: 'boardroom',
        prompt: 'a portrait photo',
        negativePrompt: '',
        scheduler: 'ddim',
        seed: index,
        steps: 20,
        guidance: 4,
        createdAt: 1_000_000 - index,
        favourite: false,
        setAside: false,
        widthPx: 192,
        heightPx: 192,
        ...(measures[index] === null ? {} : { measures: measures[index] }),
      });
      transaction.objectStore('imageFiles').put({ imageId: `picture-${index}`, png });
      await new Promise((resolve) => {
        transaction.oncomplete = resolve;
      });
    }
    database.close();
  }, all);
}
