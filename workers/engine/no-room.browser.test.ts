/** @file The engine in its worker when the browser has no room left: nothing stored or learned is lost, and the work can be taken up again. */
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { findCheckpoint } from '#storage/checkpoint-store.ts';
import { deleteEverything } from '#storage/delete-everything.ts';
import { listImages } from '#storage/image-store.ts';
import { findLikeness, listLikenesses, readLikenessWeights } from '#storage/likeness-store.ts';
import { listPhotos } from '#storage/photo-store.ts';
import type { GenerateRequest, TrainEvent } from '../contract/engine.ts';
import { FaultLine, startFaultyWorker } from './engine-faults.ts';
import { EngineUnderTest, likenessAlone, readRun, storePhotos, storeRun, storeTinyModel } from './engine-fixture.ts';

const engine = new EngineUnderTest(startFaultyWorker());
const faults = new FaultLine();
const noRoom = { code: 'storage-full', retryable: true, help: expect.stringContaining('Delete pictures') as string };
let photoIds: string[] = [];

beforeAll(() => engine.api.configure({ backend: 'wasm' }));
afterAll(() => {
  faults.close();
  engine.worker.terminate();
});
beforeEach(async () => {
  faults.fail('empty-storage');
  await deleteEverything();
  await storeTinyModel();
  photoIds = await storePhotos(3);
});

test('a run without room goes on in memory, says so, and its likeness is written when there is room: the one of an undisturbed run', async () => {
  await storeRun('undisturbed', photoIds, { samples: 20 });
  await engine.train('undisturbed');
  await storeRun('r', photoIds, { samples: 20 });
  const events = await engine.train('r', (event: TrainEvent) => {
    if (event.kind === 'step') faults.fail('fill-storage');
  });
  expect(events.filter(({ kind }) => kind === 'warning')).toContainEqual({ kind: 'warning', error: expect.objectContaining(noRoom) as unknown });
  expect(events.at(-1)).toEqual({ kind: 'failed', error: expect.objectContaining(noRoom) as unknown });
  expect(Math.max(...events.flatMap((event) => (event.kind === 'step' ? [event.samplesSeen] : [])))).toBe(20); // It learned to the end.

  expect(await listPhotos('p')).toHaveLength(3);
  expect((await listLikenesses('p')).map(({ id }) => id)).toEqual(['likeness-undisturbed']);
  expect(await readLikenessWeights('likeness-undisturbed')).toBeDefined();
  expect(await findLikeness('likeness-r')).toBeUndefined();
  expect((await readRun('r')).status).toBe('running'); // Not even "failed" could be written; a page that opens now offers to go on.

  faults.fail('empty-storage');
  const again = await engine.train('r');
  expect(again.at(-1)).toEqual({ kind: 'finished', likenessId: 'likeness-r' });
  expect(again.filter(({ kind }) => kind === 'step')).toEqual([]); // Nothing was learned twice.
  expect(await readRun('r')).toMatchObject({ status: 'finished', samplesSeen: 20 });
  const weightsOf = async (runId: string): Promise<string> => new Uint8Array((await readLikenessWeights(`likeness-${runId}`))!).toString();
  expect(await weightsOf('r')).toBe(await weightsOf('undisturbed'));
});

test('a saved state that cannot be replaced stays as it was', async () => {
  await storeRun('r', photoIds, { samples: 1000 });
  await engine.train('r', (event) => {
    if (event.kind === 'step') void engine.api.cancel();
  });
  const good = (await findCheckpoint('r'))!;
  await engine.train('r', (event) => {
    if (event.kind === 'phase' && event.phase === 'learning') faults.fail('fill-storage');
    if (event.kind === 'step' && event.samplesSeen > good.samplesSeen + 6) void engine.api.cancel();
  });
  expect(await findCheckpoint('r')).toEqual(good);
});

test('a picture for which there is no room stops the queue with the reason; those before it stay, and it is drawn when there is room', async () => {
  const order = { styleId: 'studio', prompt: 'a portrait', negativePrompt: '', guidance: 4 };
  await storeRun('r', photoIds, { samples: 2 });
  await engine.train('r');
  const request: GenerateRequest = {
    projectId: 'p',
    ...likenessAlone('likeness-r'),
    orders: [1, 2, 3].map((seed) => ({ ...order, seed })),
    scheduler: 'ddim',
    steps: 4,
  };
  const events = await engine.generate(request, (event) => {
    if (event.kind === 'image') faults.fail('fill-storage');
  });
  expect(events.at(-1)).toEqual({ kind: 'failed', error: expect.objectContaining(noRoom) as unknown });
  expect((await listImages('p')).map(({ seed }) => seed)).toEqual([1]);
  faults.fail('empty-storage');
  const again = await engine.generate({ ...request, orders: request.orders.slice(1) });
  expect(again.at(-1)).toEqual({ kind: 'finished', made: 2 });
  expect((await listImages('p')).map(({ seed }) => seed).toSorted()).toEqual([1, 2, 3]);
});
