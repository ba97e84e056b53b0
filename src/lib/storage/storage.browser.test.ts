/** @file The stores against a real IndexedDB, from the page and from a worker. */
import { beforeEach, describe, expect, test } from 'vitest';
import { AppError } from '#models/errors/app-error.ts';
import { noEdit } from '#models/vision/photo-edit.ts';
import { findCheckpoint, saveCheckpoint } from './checkpoint-store.ts';
import { closeDatabase, databaseVersion, inDatabase, toStorageError } from './database.ts';
import { countRecords, deleteEverything } from './delete-everything.ts';
import { listImages, readImageFile, saveImage, saveImages, takeImages, updateImage } from './image-store.ts';
import { listLikenesses, readLikenessWeights, saveLikeness } from './likeness-store.ts';
import { chunkBytes } from './model-chunks.ts';
import { dropFileBytes, findModelFile, saveChunk, saveModelFile } from './model-file-store.ts';
import { findModel, listModelFiles, listModels, planModel, removeModel } from './model-store.ts';
import { addPhoto, findPhotos, listPhotos, removePhotos, updatePhoto } from './photo-store.ts';
import { listProjects, saveProject, updateProject } from './project-store.ts';
import { estimateStorage } from './quota.ts';
import { findRun, removeRun, saveRun, updateRun } from './run-store.ts';
import type { RunRecord } from './likeness-records.ts';
import type { PhotoRecord } from './person-records.ts';
import type { ImageRecord } from './picture-records.ts';
import { readSetting, saveSetting } from './settings-store.ts';
import { openStoredFile } from './stored-file.ts';

const photo = (id: string, addedAt: number): PhotoRecord => ({
  id,
  projectId: 'p',
  fileName: `${id}.jpg`,
  addedAt,
  picture: new Blob([id], { type: 'image/jpeg' }),
  thumbnail: new Blob(['small'], { type: 'image/jpeg' }),
  widthPx: 512,
  heightPx: 512,
  original: null,
  edit: noEdit,
  measures: null,
  chosenFace: null,
  overridden: [],
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
    await removePhotos(['a']);
    expect((await findPhotos(['a', 'b'])).map((entry) => entry.id)).toEqual(['b']);
  });

  test('a changed photo keeps its original, and one removed meanwhile stays removed', async () => {
    await addPhoto(photo('a', 1));
    const original = { picture: new Blob(['a']), widthPx: 512, heightPx: 512 };
    const changed = await updatePhoto('a', { picture: new Blob(['turned']), original, edit: { ...noEdit, quarterTurns: 1 }, overridden: ['blurred'] });
    expect(changed?.fileName).toBe('a.jpg');
    const [stored] = await listPhotos('p');
    expect([await stored?.picture.text(), await stored?.original?.picture.text()]).toEqual(['turned', 'a']);
    expect(stored).toMatchObject({ edit: { quarterTurns: 1 }, overridden: ['blurred'] });
    await removePhotos(['a']);
    expect(await updatePhoto('a', { overridden: [] })).toBeUndefined();
    expect(await listPhotos('p')).toEqual([]);
  });

  test('measures come back with their embeddings as typed arrays', async () => {
    const measures = { widthPx: 1, faces: [{ embedding: Float32Array.of(0.25, -1) }] } as unknown as NonNullable<PhotoRecord['measures']>;
    await addPhoto({ ...photo('a', 1), measures });
    expect((await listPhotos('p'))[0]?.measures?.faces[0]?.embedding).toEqual(Float32Array.of(0.25, -1));
  });

  test('a run grows its loss curve without a lost update when two writers meet', async () => {
    await saveRun(run);
    await Promise.all(
      [1, 2, 3, 4].map((samplesSeen) => updateRun('r', (stored) => ({ losses: [...stored.losses, { samplesSeen, loss: 1, smoothedLoss: 1 }] }))),
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
    await saveModelFile({ modelId: 'm', path: 'unet/w.safetensors' }, bytes(1, 2));
    await saveModelFile({ modelId: 'm', path: 'unet/config.json' }, bytes(1));
    await saveModelFile({ modelId: 'm2', path: 'unet/config.json' }, bytes(9));
    expect((await listModelFiles('m')).map((file) => file.path)).toEqual(['unet/config.json', 'unet/w.safetensors']);
    expect((await findModelFile({ modelId: 'm', path: 'unet/w.safetensors' }))?.storedBytes).toBe(2);
    expect((await findModel('m'))?.isComplete).toBe(true);
    await removeModel('m');
    expect(await listModelFiles('m')).toEqual([]);
    expect(await openStoredFile({ modelId: 'm', path: 'unet/config.json' })).toBeUndefined();
    expect((await listModels()).map((model) => model.id)).toEqual(['m2']);
  });

  test('a project remembers consent and where the person was', async () => {
    await saveProject({ id: 'p', name: 'Me', personClass: null, consent: null, lastRoute: '/', createdAt: 1 });
    await updateProject('p', { consent: { version: 1, textHash: 'ab', givenAt: 5 }, lastRoute: '/studio' });
    expect((await listProjects())[0]).toMatchObject({ lastRoute: '/studio', consent: { givenAt: 5 } });
  });
});

/** Bytes that differ from place to place. */
const pattern = (length: number): Uint8Array<ArrayBuffer> => Uint8Array.from({ length }, (_, index) => (index * 31 + (index >> 8)) % 251);

/** Where two byte arrays differ; -1 if nowhere. `toEqual` takes a minute for a chunk. */
function firstDifference(actual: Uint8Array | undefined, expected: Uint8Array): number {
  if (actual?.length !== expected.length) return Math.min(actual?.length ?? 0, expected.length);
  return expected.findIndex((byte, index) => byte !== actual[index]);
}

describe('model files in chunks', () => {
  const name = { modelId: 'm', path: 'unet/w.safetensors' };
  const whole = pattern(2 * chunkBytes + 1000);

  test('any range reads back as it was written, over the seams of chunks too', async () => {
    await saveModelFile(name, whole.buffer);
    const file = await openStoredFile(name);
    expect(file?.sizeBytes).toBe(whole.length);
    for (const [offset, length] of [
      [0, 8],
      [chunkBytes - 3, 7],
      [chunkBytes - 1, chunkBytes + 2],
      [whole.length - 5, 5],
      [whole.length - 5, 50],
    ] as const) {
      expect(firstDifference(await file?.read(offset, length), whole.slice(offset, offset + length)), `${length} bytes from ${offset}`).toBe(-1);
    }
  });

  test('a file that is not whole is not there', async () => {
    await planModel({ id: 'm', label: 'm', source: { kind: 'local', name: 'm' }, licence: null, addedAt: 1 }, [
      { path: name.path, sizeBytes: 20, sha256: null },
    ]);
    await saveChunk(name, 0, bytes(1, 2, 3));
    expect((await findModelFile(name))?.storedBytes).toBe(3);
    expect(await openStoredFile(name)).toBeUndefined();
  });

  test('a byte that changed on the disk is found, and only this file is dropped', async () => {
    await saveModelFile(name, whole.buffer);
    await saveModelFile({ ...name, path: 'vae/w.safetensors' }, bytes(1, 2));
    const changed = whole.slice(chunkBytes, 2 * chunkBytes);
    changed[100] = (changed[100] ?? 0) ^ 1;
    await inDatabase(async (database) => {
      const chunk = await database.get('modelChunks', [name.modelId, name.path, 1]);
      if (chunk !== undefined) await database.put('modelChunks', { ...chunk, bytes: changed.buffer });
    });
    const file = await openStoredFile(name);
    expect((await file?.read(0, 10))?.length).toBe(10);
    await expect(file?.read(chunkBytes, 10)).rejects.toMatchObject({ code: 'weights-corrupt', retryable: true });
    expect((await findModel('m'))?.isComplete).toBe(false);
    expect((await listModelFiles('m')).map((entry) => [entry.path, entry.storedBytes])).toEqual([
      ['unet/w.safetensors', 0],
      ['vae/w.safetensors', 2],
    ]);
  });

  test('a new plan keeps the bytes of files that stay the same and drops the others', async () => {
    await saveModelFile(name, bytes(1, 2, 3));
    await saveModelFile({ ...name, path: 'old.json' }, bytes(1));
    await saveModelFile({ ...name, path: 'changed.json' }, bytes(1, 2));
    const model = await findModel('m');
    if (model === undefined) throw new Error('no model');
    const files = await planModel(model, [
      { path: name.path, sizeBytes: 3, sha256: null },
      { path: 'changed.json', sizeBytes: 5, sha256: null },
    ]);
    expect(files.map((file) => [file.path, file.storedBytes, file.isVerified])).toEqual([
      [name.path, 3, true],
      ['changed.json', 0, false],
    ]);
    expect((await countRecords()).modelChunks).toBe(1);
    expect((await findModel('m'))?.isComplete).toBe(false);
  });

  test('what is removed while it is written stays removed, and the writer is told', async () => {
    await saveModelFile(name, bytes(1));
    await removeModel('m');
    await expect(saveChunk(name, 0, bytes(1, 2))).rejects.toMatchObject({ code: 'cancelled' });
    expect((await countRecords()).modelChunks).toBe(0);
    await dropFileBytes(name);
  });
});

/** A photo of versions 1 and 2. */
const photoOf2 = (id: string, addedAt: number): object => ({
  id,
  projectId: 'p',
  fileName: `${id}.jpg`,
  addedAt,
  picture: new Blob([id]),
  thumbnail: new Blob(['small']),
  widthPx: 512,
  heightPx: 640,
  faceBox: [0.2, 0.2, 0.8, 0.8],
  faceCount: 1,
  digest: id,
});

/** Version 1 as it was shipped, written without any code of ours. */
function openVersion1(): Promise<IDBDatabase> {
  return new Promise((resolve, reject) => {
    const request = indexedDB.open('likeness', 1);
    request.onupgradeneeded = () => {
      const database = request.result;
      for (const [store, keyPath, index] of [
        ['projects', 'id', null],
        ['photos', 'id', 'projectId'],
        ['runs', 'id', 'projectId'],
        ['checkpoints', 'runId', null],
        ['likenesses', 'id', 'projectId'],
        ['likenessFiles', 'likenessId', null],
        ['images', 'id', 'projectId'],
        ['imageFiles', 'imageId', null],
        ['weights', 'key', 'modelId'],
        ['settings', 'name', null],
      ] as const) {
        const created = database.createObjectStore(store, { keyPath });
        if (index !== null) created.createIndex(index === 'modelId' ? 'byModel' : 'byProject', index);
      }
    };
    request.onsuccess = () => {
      resolve(request.result);
    };
    request.onerror = () => {
      reject(new Error('version 1 could not be made'));
    };
  });
}

/** Version 2 as it was shipped, likewise. */
function openVersion2(): Promise<IDBDatabase> {
  return new Promise((resolve, reject) => {
    const request = indexedDB.open('likeness', 2);
    request.onupgradeneeded = () => {
      for (const [store, keyPath, hasProject] of [
        ['projects', 'id', false],
        ['photos', 'id', true],
        ['runs', 'id', true],
        ['checkpoints', 'runId', false],
        ['likenesses', 'id', true],
        ['likenessFiles', 'likenessId', false],
        ['images', 'id', true],
        ['imageFiles', 'imageId', false],
        ['models', 'id', false],
        ['modelFiles', ['modelId', 'path'], false],
        ['modelChunks', ['modelId', 'path', 'index'], false],
        ['settings', 'name', false],
      ] as const) {
        const created = request.result.createObjectStore(store, { keyPath: typeof keyPath === 'string' ? keyPath : [...keyPath] });
        if (hasProject) created.createIndex('byProject', 'projectId');
      }
    };
    request.onsuccess = () => {
      resolve(request.result);
    };
    request.onerror = () => {
      reject(new Error('version 2 could not be made'));
    };
  });
}

async function forgetDatabase(): Promise<void> {
  await closeDatabase();
  await new Promise((resolve) => {
    indexedDB.deleteDatabase('likeness').onsuccess = resolve;
  });
}

describe('the upgrade from version 2', () => {
  test('keeps photos, which can be changed and wait to be measured; nothing else is touched', async () => {
    await forgetDatabase();
    const old = await openVersion2();
    const transaction = old.transaction(['photos', 'likenesses', 'images', 'settings'], 'readwrite');
    for (const index of [1, 2, 3]) transaction.objectStore('photos').put(photoOf2(`photo ${index}`, index));
    transaction.objectStore('likenesses').put({ id: 'l', projectId: 'p', runId: 'r', createdAt: 1, name: 'Ada', triggerPrompt: 'x' });
    transaction.objectStore('images').put(image('i', 1));
    transaction.objectStore('settings').put({ name: 'current-project', value: 'p' });
    await new Promise((resolve) => {
      transaction.oncomplete = resolve;
    });
    old.close();

    const photos = await listPhotos('p');
    expect(photos.map(({ id }) => id)).toEqual(['photo 1', 'photo 2', 'photo 3']);
    expect(photos[0]).toMatchObject({ heightPx: 640, faceCount: 1, original: null, edit: noEdit, measures: null, chosenFace: null, overridden: [] });
    expect(await photos[2]?.picture.text()).toBe('photo 3');
    expect((await listLikenesses('p'))[0]?.name).toBe('Ada');
    expect(await listImages('p')).toEqual([image('i', 1)]);
    expect(await readSetting('current-project')).toBe('p');
  });
});

describe('the upgrade from version 1', () => {
  test('keeps photos, likenesses and the files of a model, which become chunks', async () => {
    await forgetDatabase();
    const old = await openVersion1();
    const large = pattern(chunkBytes + 17);
    const transaction = old.transaction(['photos', 'likenesses', 'weights'], 'readwrite');
    transaction.objectStore('photos').put(photoOf2('a', 1));
    transaction.objectStore('likenesses').put({ id: 'l', projectId: 'p', runId: 'r', createdAt: 1, name: 'Ada', triggerPrompt: 'x' });
    for (const [path, content] of [
      ['unet/w.safetensors', large.buffer],
      ['unet/config.json', bytes(1, 2)],
    ] as const) {
      transaction
        .objectStore('weights')
        .put({ key: `m/${path}`, modelId: 'm', path, bytes: content, sizeBytes: content.byteLength, sha256: null, storedAt: 7 });
    }
    await new Promise((resolve) => {
      transaction.oncomplete = resolve;
    });
    old.close();

    const [first] = await listPhotos('p');
    expect(await first?.picture.text()).toBe('a');
    expect(first).toMatchObject({ measures: null, overridden: [] });
    expect((await listLikenesses('p'))[0]?.name).toBe('Ada');
    expect(await listModels()).toEqual([{ id: 'm', label: 'm', source: { kind: 'local', name: 'm' }, licence: null, addedAt: 7, isComplete: true }]);
    const file = await openStoredFile({ modelId: 'm', path: 'unet/w.safetensors' });
    expect(firstDifference(await file?.read(0, large.length), large)).toBe(-1);
    expect(await inDatabase((database) => Promise.resolve([...database.objectStoreNames]))).not.toContain('weights');
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
      const request = indexedDB.open('likeness', databaseVersion + 1);
      request.onsuccess = () => {
        resolve(request.result.version);
        request.result.close();
      };
      request.onerror = () => {
        reject(new Error('upgrade failed'));
      };
    });
    expect(version).toBe(databaseVersion + 1);
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
    await saveModelFile({ modelId: 'm', path: 'x' }, bytes(1));
    expect(Object.values(await countRecords()).filter((count) => count > 0)).toHaveLength(10);
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
