/** @file Jobs that are cancelled before they do anything, in the real worker: before it has heard of them, and while weights are read. */
import { afterEach, beforeEach, expect, test } from 'vitest';
import { deleteEverything } from '#storage/delete-everything.ts';
import { saveLikeness } from '#storage/likeness-store.ts';
import { EngineClient } from '../client/engine-client.ts';
import type { GenerateEvent, GenerateRequest, TrainEvent } from '../contract/engine.ts';
import { readRun, storePhotos, storeRun, storeTinyModel } from './engine-fixture.ts';
import { storeHeadersOf } from './headers-only-model.ts';

const order = { styleId: 's', prompt: 'a portrait', negativePrompt: '', seed: 1, guidance: 3 };
const plain: GenerateRequest = {
  projectId: 'p',
  likenessId: null,
  loras: [],
  orders: [order],
  scheduler: 'ddim',
  steps: 2,
  timestepSpacing: null,
  previews: false,
};
let engine: EngineClient;

beforeEach(async () => {
  await deleteEverything();
  engine = new EngineClient();
  await engine.configure({ backend: 'wasm' });
});
afterEach(() => {
  engine.dispose();
});

test('a run that is cancelled in the moment it was asked for is cancelled', { timeout: 240_000 }, async () => {
  await storeTinyModel();
  await storeRun('early', await storePhotos(2));
  const events: TrainEvent[] = [];
  const training = engine.train('early', (event) => events.push(event));
  await engine.cancel('train');
  await training;
  expect(events.at(-1)).toEqual({ kind: 'cancelled' });
  expect(await readRun('early')).toMatchObject({ status: 'cancelled', samplesSeen: 0 });
});

test('drawing that is cancelled while the model is read ends before anything is drawn, and the next job draws', { timeout: 240_000 }, async () => {
  const events: GenerateEvent[] = [];
  await engine.generate(plain, (event) => {
    events.push(event);
    if (event.kind === 'phase') void engine.cancel('generate');
  });
  expect(events).toEqual([
    { kind: 'phase', phase: 'loading-model' },
    { kind: 'cancelled', made: 0 },
  ]);
  const next: GenerateEvent[] = [];
  await engine.generate(plain, (event) => next.push(event));
  expect(next.at(-1)).toEqual({ kind: 'finished', made: 1 });
});

test('a model that is too large is refused also for a drawing without any LoRA, before a weight is read', { timeout: 240_000 }, async () => {
  await storeHeadersOf('sd-1.5', 'sd-1.5');
  const likeness = { id: 'l', projectId: 'p', runId: '', createdAt: 1, name: '', triggerPrompt: '', imported: { modelId: 'sd-1.5', subject: null } };
  await saveLikeness(likeness, new ArrayBuffer(0));
  const events: GenerateEvent[] = [];
  await engine.generate({ ...plain, likenessId: 'l' }, (event) => events.push(event));
  const message = expect.stringMatching(/3\.0 GiB can be used here; drawing at 512 x 512 px takes 5\.\d GiB/) as string;
  expect(events.at(-1)).toMatchObject({ kind: 'failed', error: { code: 'model-too-large', message } });
});
