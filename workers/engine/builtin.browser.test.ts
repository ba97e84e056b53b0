/** @file The built-in model in the engine on wasm: measured, taught for 8 samples with photos that the photo worker made ready, and asked for a picture. */
import { wrap } from 'comlink';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { trainingDefaults } from '#models/training/training-defaults.ts';
import { firstRecipe } from '#models/training/recipe.ts';
import type { TrialPlan } from '#models/training/trials.ts';
import { noEdit } from '#models/vision/photo-edit.ts';
import { deleteEverything } from '#storage/delete-everything.ts';
import { listImages, readImageFile } from '#storage/image-store.ts';
import { addPhoto } from '#storage/photo-store.ts';
import type { PhotoApi } from '../contract/photos.ts';
import { EngineUnderTest, likenessAlone, readRun, storeRun } from './engine-fixture.ts';

const engine = new EngineUnderTest();
const photoWorker = new Worker(new URL('../photos/photo.worker.ts', import.meta.url), { type: 'module' });
const photos = wrap<PhotoApi>(photoWorker);
const photoIds = ['01', '05', '09'];

beforeAll(async () => {
  await deleteEverything();
  await engine.api.configure({ backend: 'wasm' });
  await storeSamples(photoIds);
});
afterAll(() => {
  engine.worker.terminate();
  photoWorker.terminate();
});

test('the probe measures, and its numbers hold for a run', { timeout: 300_000 }, async () => {
  const report = await engine.api.probe();
  console.info(`probe: ${JSON.stringify(report)}`);
  expect(report.backend).toBe('wasm');
  expect(report.threads).toBe(crossOriginIsolated ? Math.min(navigator.hardwareConcurrency, 8) : 1);
  expect(report.secondsPerTrainingSample).toBeGreaterThan(0);
  expect(report.secondsPerPicture).toBeGreaterThan(0);
});

test('eight samples and a picture of two steps', { timeout: 300_000 }, async () => {
  const { lora, batchSize, accumulation, learningRate } = trainingDefaults;
  await storeRun('r', photoIds, { model: 'builtin', resolutionPx: 192, lora, batchSize, accumulation, learningRate, samples: 8, warmupSteps: 0 });
  let startMs = performance.now();
  const events = await engine.train('r');
  console.info(`train: 8 samples in ${((performance.now() - startMs) / 1000).toFixed(1)} s, all in`);
  expect(events.at(-1)).toEqual({ kind: 'finished', likenessId: 'likeness-r' });
  expect((await readRun('r')).losses.every(({ loss }) => loss > 0 && loss < 5)).toBe(true);

  startMs = performance.now();
  const orders = [{ styleId: 'studio-grey', prompt: 'a portrait photo of ohwx woman, grey studio backdrop', negativePrompt: '', seed: 11, guidance: 4 }];
  const drawn = await engine.generate({
    projectId: 'p',
    ...likenessAlone('likeness-r'),
    orders,
    scheduler: 'dpm-solver-multistep',
    steps: 2,
  });
  console.info(`generate: one picture of 2 steps in ${((performance.now() - startMs) / 1000).toFixed(1)} s, all in`);
  expect(drawn.at(-1)).toEqual({ kind: 'finished', made: 1 });
  const [image] = await listImages('p');
  expect(image).toMatchObject({ widthPx: 192, heightPx: 192 });
  const bitmap = await createImageBitmap((await readImageFile(image!.id))!);
  expect([bitmap.width, bitmap.height]).toEqual([192, 192]);
});

test('a snapshot is tried on a photo kept aside, with captions of what was measured', { timeout: 300_000 }, async () => {
  const ids = ['01', '03', '05', '07', '09', '11'];
  await storeSamples(ids);
  const trials: TrialPlan = {
    heldOutPhotos: 1,
    fromShare: 1,
    count: 1,
    looks: [{ prompt: 'a close up portrait of ohwx woman, plain white background', negativePrompt: '', guidance: 4, backdrop: 'white' }],
    seedsPerLook: 1,
    drawing: { scheduler: 'dpm-solver-multistep', steps: 4 },
    patience: 1,
  };
  const { lora, batchSize, accumulation, learningRate } = trainingDefaults;
  const job = { model: 'builtin', resolutionPx: 192, lora, batchSize, accumulation, learningRate, samples: 4, warmupSteps: 0 };
  await storeRun('tried', ids, { ...job, recipe: { ...firstRecipe, captions: 'measured' }, trials });
  const events = await engine.train('tried');
  expect(events.filter(({ kind }) => kind === 'warning')).toEqual([]);
  // Written after the trial and again at the end: without a trial once.
  expect(events.filter(({ kind }) => kind === 'checkpoint')).toHaveLength(2);
  expect(events.at(-1)).toEqual({ kind: 'finished', likenessId: 'likeness-tried' });
});

/** Prepares photos of the sample person as the page does, and stores them; each must show one face. */
async function storeSamples(ids: readonly string[]): Promise<void> {
  for (const [index, id] of ids.entries()) {
    const result = await photos.prepare(await (await fetch(`/static/samples/ada/${id}.jpg`)).blob(), `${id}.jpg`);
    if (!result.ok) throw new Error(result.error.message);
    expect(result.photo.measures?.faces).toHaveLength(1);
    await addPhoto({
      id,
      projectId: 'p',
      fileName: `${id}.jpg`,
      addedAt: index,
      original: null,
      edit: noEdit,
      chosenFace: null,
      overridden: [],
      ...result.photo,
    });
  }
}
