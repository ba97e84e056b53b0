/** @file The database as version 2 of the app left it, with photos of which only faces were known. */
import type { Page } from 'playwright-core';

/**
 * The page must be of the app's origin, and the app not yet opened.
 *
 * @param pictures JPEGs in base64; null for one whose bytes are gone bad
 */
export async function storeVersion2(page: Page, pictures: readonly (string | null)[]): Promise<void> {
  await page.evaluate(async (all) => {
    const database = await new Promise<IDBDatabase>((resolve, reject) => {
      const opening = indexedDB.open('likeness', 2);
      opening.onerror = () => {
        reject(new Error('The database could not be opened.'));
      };
      opening.onupgradeneeded = () => {
        const { result } = opening;
        for (const name of ['projects', 'settings', 'models']) result.createObjectStore(name, { keyPath: name === 'settings' ? 'name' : 'id' });
        for (const name of ['photos', 'runs', 'likenesses', 'images']) result.createObjectStore(name, { keyPath: 'id' }).createIndex('byProject', 'projectId');
        result.createObjectStore('checkpoints', { keyPath: 'runId' });
        result.createObjectStore('likenessFiles', { keyPath: 'likenessId' });
        result.createObjectStore('imageFiles', { keyPath: 'imageId' });
        result.createObjectStore('modelFiles', { keyPath: ['modelId', 'path'] });
        result.createObjectStore('modelChunks', { keyPath: ['modelId', 'path', 'index'] });
      };
      opening.onsuccess = () => {
        resolve(opening.result);
      };
    });
    const transaction = database.transaction(['projects', 'photos'], 'readwrite');
    transaction.objectStore('projects').put({ id: 'old', name: '', personClass: null, consent: null, lastRoute: '/photos', createdAt: 1 });
    for (const [index, base64] of all.entries()) {
      const bytes = base64 === null ? new Uint8Array(500) : Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
      const picture = new Blob([bytes], { type: 'image/jpeg' });
      transaction.objectStore('photos').put({
        id: `old-${index + 1}`,
        projectId: 'old',
        fileName: `old ${index + 1}.jpg`,
        addedAt: index,
        picture,
        thumbnail: picture,
        widthPx: 512,
        heightPx: 512,
        faceBox: [0.3, 0.3, 0.7, 0.7],
        faceCount: 1,
        digest: `digest ${index + 1}`,
      });
    }
    await new Promise((resolve) => {
      transaction.oncomplete = resolve;
    });
    database.close();
  }, pictures);
}
