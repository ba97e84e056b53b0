/** @file A model that is too large for the device, in the real worker: said before a run is ordered and when it is, before a weight is read, and nothing is left half done. */
import { afterEach, beforeEach, expect, test } from 'vitest';
import { trainingDefaults } from '#models/training/training-defaults.ts';
import { findCheckpoint } from '#storage/checkpoint-store.ts';
import { deleteEverything } from '#storage/delete-everything.ts';
import { listLikenesses } from '#storage/likeness-store.ts';
import { listModelFiles } from '#storage/model-store.ts';
import type { LearningRequest } from '../contract/engine.ts';
import { EngineUnderTest, readRun, storePhotos, storeRun, storeTinyModel, tinyModelId } from './engine-fixture.ts';
import { storeHeadersOf } from './headers-only-model.ts';

const hasWebGpu = ((await (navigator as { gpu?: GPU }).gpu?.requestAdapter()) ?? null) !== null;
const { lora, batchSize, accumulation } = trainingDefaults;
const request = (model: string): LearningRequest => ({ model, resolutionPx: 512, lora, batchSize, accumulation });
let engine: EngineUnderTest;
let photoIds: string[] = [];

beforeEach(async () => {
  await deleteEverything();
  await storeTinyModel();
  photoIds = await storePhotos(2);
});
afterEach(() => engine.worker.terminate());

/** Trains a run with the model and expects the refusal, with no trace but the run's own record. */
async function expectRefusal(model: string, message: string): Promise<void> {
  const files = (await listModelFiles(model)).map(({ path, isVerified }) => [path, isVerified]);
  await storeRun('large', photoIds, { model, resolutionPx: 512, lora });
  const events = await engine.train('large');
  const refusal = { code: 'model-too-large', message, help: expect.stringContaining('smaller one') as string };
  expect(events.map(({ kind }) => kind)).toEqual(['phase', 'failed']);
  expect(events.at(-1)).toEqual({ kind: 'failed', error: expect.objectContaining(refusal) as unknown });
  expect(await readRun('large')).toMatchObject({ status: 'failed', samplesSeen: 0, error: { code: 'model-too-large' } });
  expect(await findCheckpoint('large')).toBeUndefined();
  expect(await listLikenesses('p')).toEqual([]);
  // A weight that was read would have dropped its file: most of its bytes are not there.
  expect((await listModelFiles(model)).map(({ path, isVerified }) => [path, isVerified])).toEqual(files);
}

test('on wasm Stable Diffusion 1.5 is refused by its weights, and the next run learns', { timeout: 240_000 }, async () => {
  engine = new EngineUnderTest();
  await engine.api.configure({ backend: 'wasm' });
  await storeHeadersOf('sd-1.5', 'sd-1.5');
  const plan = await engine.api.planLearning(request('sd-1.5'));
  expect(plan).toEqual({ backend: 'wasm', availableBytes: 3 * 2 ** 30, outcome: { kind: 'too-large', weightBytes: 4 * 859_520_964 } });
  await expectRefusal('sd-1.5', '3.0 GiB can be used here; the weights take 3.2 GiB of them, and learning at 256 px does not fit beside these');
  await storeRun('small', photoIds, { samples: 4 });
  expect((await engine.train('small')).at(-1)).toEqual({ kind: 'finished', likenessId: 'likeness-small' });
});

test(
  'what fits is told without a device and before a weight is read: BK-SDM-tiny learns with attention alone, the tiny model with all',
  { timeout: 240_000 },
  async () => {
    engine = new EngineUnderTest();
    await engine.api.configure({ backend: 'wasm' });
    await storeHeadersOf('bk-sdm-tiny', 'bk-sdm-tiny');
    const { outcome } = await engine.api.planLearning(request('bk-sdm-tiny'));
    expect(outcome).toMatchObject({ kind: 'fits', resolutionPx: 512, targets: 'attention', isComputedTwice: true });
    expect(outcome.kind === 'fits' && outcome.needBytes).toBeLessThanOrEqual(3 * 2 ** 30);
    expect(await engine.api.planLearning({ ...request(tinyModelId), resolutionPx: 64 })).toMatchObject({
      outcome: { kind: 'fits', targets: 'all', isComputedTwice: false },
    });
    await expect(engine.api.planLearning(request('nowhere'))).rejects.toMatchObject({ code: 'model-file-missing' });
  },
);

test('a run that is cancelled while its memory is planned ends as cancelled', { timeout: 240_000 }, async () => {
  engine = new EngineUnderTest();
  await engine.api.configure({ backend: 'wasm' });
  await storeHeadersOf('bk-sdm-tiny', 'bk-sdm-tiny');
  await storeRun('large', photoIds, { model: 'bk-sdm-tiny', resolutionPx: 512, lora });
  let planning: ReturnType<typeof setTimeout> | undefined;
  const events = await engine.train('large', ({ kind }) => {
    if (kind === 'phase') planning ??= setTimeout(() => void engine.api.cancel(), 100);
  });
  expect(events.map(({ kind }) => kind)).toEqual(['phase', 'cancelled']);
  expect(await readRun('large')).toMatchObject({ status: 'cancelled', samplesSeen: 0 });
});

test.skipIf(!hasWebGpu)(
  'a graphics card that binds 128 MiB takes Stable Diffusion 1.5, and is told of a wider model by the tensor that it cannot take',
  { timeout: 480_000 },
  async () => {
    engine = new EngineUnderTest(new Worker(new URL('./small-adapter.worker.ts', import.meta.url), { type: 'module' }));
    await engine.api.configure({ backend: 'webgpu' });
    await storeHeadersOf('sd-1.5', 'sd-1.5');
    expect(await engine.api.planLearning(request('sd-1.5'))).toMatchObject({ backend: 'webgpu', outcome: { kind: 'fits' } });
    await storeHeadersOf('wide', 'sd-1.5', { block_out_channels: [320, 640, 1280, 1408] });
    const outcome = { kind: 'too-large-a-tensor', limitBytes: 128 * 2 ** 20, tensorBytes: 4 * 1408 * (2 * 1408) * 9 };
    expect(await engine.api.planLearning(request('wide'))).toMatchObject({ outcome });
    await expectRefusal('wide', 'the graphics card takes buffers of 128 MiB, and this model has one of 136 MiB');
  },
);
