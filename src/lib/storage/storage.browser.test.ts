/** @file The stores against a real IndexedDB, from the page and from a worker. */
import { beforeEach, describe, expect, test } from 'vitest';
import { AppError } from '#models/errors/app-error.ts';
import { findCheckpoint, saveCheckpoint } from './checkpoint-store.ts';
import { closeDatabase, inDatabase, toStorageError } from './database.ts';
import { countRecords, deleteEverything } from './delete-everything.ts';
import { listImages, readImageFile, saveImage, saveImages, takeImages, updateImage } from './image-store.ts';
import { listLikenesses, readLikenessWeights, saveLikeness } from './likeness-store.ts';
import { addPhoto, findPhotos, listPhotos, removePhoto } from './photo-store.ts';
import { listProjects, saveProject, updateProject } from './project-store.ts';
import { estimateStorage } from './quota.ts';
import { findRun, removeRun, saveRun, updateRun } from './run-store.ts';
import type { ImageRecord, PhotoRecord, RunRecord } from './schema.ts';
import { readSetting, saveSetting } from './settings-store.ts';
import { findWeightFile, listWeightFiles, removeModel, saveWeightFile } from './weight-store.ts';

const photo = (id: string, addedAt: number): PhotoRecord => ({
  id,
  projectId: 'p',
  fileName: `${id}.jpg`,
  addedAt,
  picture: new Blob([id], { type: 'image/jpeg' }),
  thumbnail: new Blob(['small'], { type: 'image/jpeg' }),
  widthPx: 512,
  heightPx: 512,
  faceBox: [0.2, 0.2, 0.8, 0.8],
  faceCount: 1,
  digest: id,
});

const run: RunRecord = {
  id: 'r',
  projectId: 'p',
  job: { rank: 8 },
  photoIds: ['a'],
  status: 'queued',
  createdAt: 1,
  updatedAt: 1,
  samplesSeen: 0,
  losses: [],
  previews: [],
  likenessId: null,
  error: null,
};

const image = (id: string, createdAt: number): ImageRecord => ({
  id,
  projectId: 'p',
  likenessId: 'l',
  styleId: 'studio',
  prompt: '',
  negativePrompt: '',
  scheduler: 'ddim',
  seed: 1,
  steps: 20,
  guidance: 5,
  createdAt,
  favourite: false,
  setAside: false,
  widthPx: 192,
  heightPx: 192,
});

const bytes = (...values: number[]): ArrayBuffer => new Uint8Array(values).buffer;

beforeEach(async () => {
  await deleteEverything();
});

describe('the stores', () => {
  test('photos come back in the order they were added, with their bytes', async () => {
    await addPhoto(photo('b', 2));
    await addPhoto(photo('a', 1));
    const photos = await listPhotos('p');
    expect(photos.map((entry) => entry.id)).toEqual(['a', 'b']);
    expect(await photos[0]?.picture.text()).toBe('a');
    await removePhoto('a');
    expect((await findPhotos(['a', 'b'])).map((entry) => entry.id)).toEqual(['b']);
  });

  test('a run grows its loss curve without a lost update when two writers meet', async () => {
    await saveRun(run);
    await Promise.all(
      [1, 2, 3, 4].map((samplesSeen) =>
        updateRun('r', (stored) => ({ losses: [...stored.losses, { samplesSeen, loss: 1, smoothedLoss: 1 }] })),
      ),
    );
    expect((await findRun('r'))?.losses).toHaveLength(4);
  });

  test('removing a run removes its checkpoint', async () => {
    await saveRun(run);
    await saveCheckpoint({ runId: 'r', samplesSeen: 40, savedAt: 1, bytes: bytes(1, 2, 3) });
    expect((await findCheckpoint('r'))?.bytes.byteLength).toBe(3);
    await removeRun('r');
    expect(await findCheckpoint('r')).toBeUndefined();
  });

  test('a likeness is stored with its weights', async () => {
    await saveLikeness({ id: 'l', projectId: 'p', runId: 'r', createdAt: 1, name: 'Ada', triggerPrompt: 'ohwx woman' }, bytes(7, 8));
    expect(await listLikenesses('p')).toHaveLength(1);
    expect(new Uint8Array((await readLikenessWeights('l')) ?? bytes())).toEqual(new Uint8Array([7, 8]));
  });

  test('a deleted picture can be put back with its marks and its bytes', async () => {
    await saveImage(image('i', 1), new Blob(['png']));
    await saveImage(image('j', 2), new Blob(['png2']));
    await updateImage('i', { favourite: true });
    const taken = await takeImages(['i']);
    expect((await listImages('p')).map((entry) => entry.id)).toEqual(['j']);
    expect(await readImageFile('i')).toBeUndefined();
    await saveImages(taken);
    expect((await listImages('p')).find((entry) => entry.id === 'i')?.favourite).toBe(true);
    expect(await (await readImageFile('i'))?.text()).toBe('png');
  });

  test('files of a model are listed by path and removed together', async () => {
    await saveWeightFile({ modelId: 'm', path: 'unet/config.json', bytes: bytes(1), sha256: null });
    await saveWeightFile({ modelId: 'm', path: 'unet/w.safetensors', bytes: bytes(1, 2), sha256: 'ff' });
    expect(await listWeightFiles('m')).toEqual(['unet/config.json', 'unet/w.safetensors']);
    expect((await findWeightFile('m', 'unet/w.safetensors'))?.sizeBytes).toBe(2);
    await removeModel('m');
    expect(await listWeightFiles('m')).toEqual([]);
  });

  test('a project remembers consent and where the person was', async () => {
    await saveProject({ id: 'p', name: 'Me', personClass: null, consent: null, lastRoute: '/', createdAt: 1 });
    await updateProject('p', { consent: { version: 1, textHash: 'ab', givenAt: 5 }, lastRoute: '/studio' });
    expect((await listProjects())[0]).toMatchObject({ lastRoute: '/studio', consent: { givenAt: 5 } });
  });
});

describe('the database', () => {
  test('what was written before the connection closed is there after it reopened', async () => {
    await saveSetting('current-project', 'p');
    await closeDatabase();
    expect(await readSetting('current-project')).toBe('p');
  });

  test('a connection that the browser closed under us is opened again', async () => {
    await saveSetting('current-project', 'p');
    await inDatabase((database) => Promise.resolve(database.close())); // as the browser does; our handle is stale now
    expect(await readSetting('current-project')).toBe('p');
  });

  test('a tab with an older version steps aside when a newer one upgrades', async () => {
    await saveSetting('current-project', 'p');
    const version = await new Promise<number>((resolve, reject) => {
      const request = indexedDB.open('likeness', 2);
      request.onsuccess = () => {
        resolve(request.result.version);
        request.result.close();
      };
      request.onerror = () => {
        reject(new Error('upgrade failed'));
      };
    });
    expect(version).toBe(2);
    await expect(readSetting('current-project')).rejects.toMatchObject({ code: 'storage-blocked' });
    await new Promise((resolve) => {
      indexedDB.deleteDatabase('likeness').onsuccess = resolve;
    });
  });

  test('a full disk becomes storage-full', () => {
    const error = toStorageError(new DOMException('no room', 'QuotaExceededError'));
    expect(error).toBeInstanceOf(AppError);
    expect(error).toMatchObject({ code: 'storage-full', retryable: true });
  });

  test('deleting everything leaves no photo, likeness or image in any store', async () => {
    await addPhoto(photo('a', 1));
    await saveRun(run);
    await saveCheckpoint({ runId: 'r', samplesSeen: 1, savedAt: 1, bytes: bytes(1) });
    await saveLikeness({ id: 'l', projectId: 'p', runId: 'r', createdAt: 1, name: '', triggerPrompt: '' }, bytes(1));
    await saveImage(image('i', 1), new Blob(['png']));
    await saveWeightFile({ modelId: 'm', path: 'x', bytes: bytes(1), sha256: null });
    expect(Object.values(await countRecords()).filter((count) => count > 0)).toHaveLength(8);
    expect(Object.values(await deleteEverything()).every((count) => count === 0)).toBe(true);
  });

  test('the room used is known', async () => {
    expect((await estimateStorage())?.quotaBytes).toBeGreaterThan(0);
  });
});

test('a worker reads what the page wrote', async () => {
  await addPhoto(photo('a', 1));
  const worker = new Worker(new URL('./storage-probe.worker.ts', import.meta.url), { type: 'module' });
  const names = await new Promise<string[]>((resolve, reject) => {
    worker.onmessage = (event: MessageEvent<string[]>) => {
      resolve(event.data);
    };
    worker.onerror = (event) => {
      reject(new Error(event.message));
    };
    worker.postMessage('p');
  });
  worker.terminate();
  expect(names).toEqual(['a.jpg:a']);
});
