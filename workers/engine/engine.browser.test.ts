/** @file The engine in its worker, on wasm and a tiny model: training, pausing, closing the tab, drawing, and everything that goes wrong. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { isMarkedMadeWithAi } from '#models/formats/made-with-ai.ts';
import { parseSafetensors } from '#models/formats/safetensors.ts';
import { decodeCheckpoint, encodeCheckpoint } from '#models/training/checkpoint.ts';
import { findCheckpoint, saveCheckpoint } from '#storage/checkpoint-store.ts';
import { deleteEverything } from '#storage/delete-everything.ts';
import { listImages, readImageFile } from '#storage/image-store.ts';
import { findLikeness, readLikenessWeights } from '#storage/likeness-store.ts';
import { listPhotos, removePhotos } from '#storage/photo-store.ts';
import type { GenerateRequest, TrainEvent } from '../contract/engine.ts';
import { EngineUnderTest, likenessAlone, readRun, storePhotos, storeRun, storeTinyModel, tinyModelId } from './engine-fixture.ts';
import { ownBuffer } from './run-journal.ts';

const engine = new EngineUnderTest();
const kinds = (events: readonly { readonly kind: string }[]): string[] => events.map(({ kind }) => kind);
const stepsOf = (events: readonly TrainEvent[]): number[] => events.flatMap((event) => (event.kind === 'step' ? [event.samplesSeen] : []));
/** The factors of a finished run as float16 bits, by name. */
const likenessOf = async (runId: string): Promise<Record<string, unknown>> => {
  const { likenessId } = await readRun(runId);
  const { tensors } = parseSafetensors(new Uint8Array((await readLikenessWeights(likenessId!))!));
  return Object.fromEntries([...tensors].map(([name, { data }]) => [name, [...data]]));
};

beforeAll(() => engine.api.configure({ backend: 'wasm' }));
afterAll(() => engine.worker.terminate());
let photoIds: string[] = [];
beforeEach(async () => {
  await deleteEverything();
  await storeTinyModel();
  photoIds = await storePhotos(3);
});

describe('train', () => {
  test('learns a likeness and leaves the run finished, its curve written and its checkpoint gone', async () => {
    await storeRun('r', photoIds, { preview: { prompt: 'a portrait photo of ohwx woman', everySamples: 4 } });
    const events = await engine.train('r');
    expect(events.at(-1)).toEqual({ kind: 'finished', likenessId: 'likeness-r' });
    expect(events.flatMap((event) => (event.kind === 'phase' ? [event.phase] : []))).toEqual(['loading-model', 'encoding-photos', 'learning', 'saving']);
    const run = await readRun('r');
    expect(run).toMatchObject({ status: 'finished', samplesSeen: 8, error: null, likenessId: 'likeness-r' });
    expect(run.losses.map(({ samplesSeen }) => samplesSeen)).toEqual([2, 4, 6, 8]);
    expect(run.losses.every(({ loss }) => Number.isFinite(loss) && loss > 0)).toBe(true);
    expect(run.previews.map(({ samplesSeen }) => samplesSeen)).toEqual([0, 4, 8]);
    const png = new Uint8Array(await run.previews[0]!.png.arrayBuffer());
    expect(isMarkedMadeWithAi(png)).toBe(true);
    expect(await findCheckpoint('r')).toBeUndefined();
    expect(await findLikeness('likeness-r')).toMatchObject({ projectId: 'p', runId: 'r', triggerPrompt: 'a close up portrait of ohwx woman' });
    expect(Object.keys(await likenessOf('r')).length).toBeGreaterThan(10);
  });

  test('paused, it writes everything and waits; resumed, it ends with the factors of an undisturbed run', async () => {
    await storeRun('whole', photoIds, { samples: 20 });
    await engine.train('whole');
    await storeRun('paused', photoIds, { samples: 20 });
    let paused: unknown;
    const events = await engine.train('paused', (event) => {
      if (event.kind === 'step' && paused === undefined) void engine.api.pause();
      if (event.kind === 'paused') {
        paused = (async () => {
          const run = await readRun('paused');
          expect(run.status).toBe('paused');
          expect(run.samplesSeen).toBeGreaterThan(0);
          expect((await findCheckpoint('paused'))?.samplesSeen).toBe(run.samplesSeen);
          await engine.api.resume();
        })();
      }
    });
    await paused;
    expect(kinds(events)).toContain('resumed');
    expect(await readRun('paused')).toMatchObject({ status: 'finished', samplesSeen: 20 });
    expect(await likenessOf('paused')).toEqual(await likenessOf('whole'));
  });

  test('a worker that is killed in the middle loses nothing behind its checkpoint: the resumed run gives the same factors', async () => {
    await storeRun('whole', photoIds, { samples: 20 });
    await engine.train('whole');
    await storeRun('killed', photoIds, { samples: 20 });
    const doomed = new EngineUnderTest();
    await doomed.api.configure({ backend: 'wasm' });
    await new Promise<void>((resolve) => {
      void doomed.train('killed', (event) => {
        if (event.kind === 'step') void doomed.api.pause();
        if (event.kind === 'paused') resolve();
      });
    });
    doomed.worker.terminate();
    const stopped = (await readRun('killed')).samplesSeen;
    expect(stopped).toBeGreaterThan(0);
    expect(stopped).toBeLessThan(20);
    const events = await engine.train('killed');
    expect(Math.min(...stepsOf(events))).toBe(stopped + 2);
    expect((await readRun('killed')).losses.map(({ samplesSeen }) => samplesSeen)).toEqual(Array.from({ length: 10 }, (_, i) => 2 * i + 2));
    expect(await likenessOf('killed')).toEqual(await likenessOf('whole'));
  });

  test('cancelled, it says so, keeps its checkpoint, and the next run removes that', async () => {
    await storeRun('r', photoIds, { samples: 1000 });
    const events = await engine.train('r', (event) => {
      if (event.kind === 'step') void engine.api.cancel('train');
    });
    expect(events.at(-1)).toEqual({ kind: 'cancelled' });
    expect((await readRun('r')).status).toBe('cancelled');
    expect((await findCheckpoint('r'))?.samplesSeen).toBeGreaterThan(0);
    await storeRun('next', photoIds, { samples: 2 });
    await engine.train('next');
    expect(await findCheckpoint('r')).toBeUndefined();
  });

  test('a loss that is not a number fails with its code, keeps the last checkpoint and halves the learning rate when it goes on', async () => {
    await storeRun('r', photoIds, { samples: 1000 });
    await engine.train('r', (event) => {
      if (event.kind === 'step') void engine.api.cancel();
    });
    const good = (await findCheckpoint('r'))!;
    const state = decodeCheckpoint(new Uint8Array(good.bytes));
    for (const { up } of state.factors.values()) up.data.fill(Number.NaN);
    const poisoned = { ...good, bytes: ownBuffer(encodeCheckpoint(state)) };
    await saveCheckpoint(poisoned);
    const failed = (await engine.train('r')).at(-1);
    expect(failed).toMatchObject({ kind: 'failed', error: { code: 'loss-not-finite', retryable: true } });
    expect(await readRun('r')).toMatchObject({ status: 'failed', error: { code: 'loss-not-finite' }, job: { learningRate: 1e-2 } });
    expect((await findCheckpoint('r'))?.savedAt).toBe(good.savedAt);
    await saveCheckpoint(good);
    await engine.train('r', (event) => {
      if (event.kind === 'step') void engine.api.cancel();
    });
    expect(await readRun('r')).toMatchObject({ status: 'cancelled', error: null, job: { learningRate: 5e-3 } });
  });

  test.each([
    ['a run that is gone', 'job-invalid', async (): Promise<void> => undefined],
    ['a job of another shape', 'job-invalid', async (): Promise<void> => void (await storeRun('r', photoIds, { samples: -1 }))],
    [
      'photos that were removed',
      'photos-too-few',
      async () => {
        await storeRun('r', photoIds);
        await removePhotos((await listPhotos('p')).map(({ id }) => id));
      },
    ],
    ['a model that is not there', 'model-file-missing', async (): Promise<void> => void (await storeRun('r', photoIds, { model: 'nowhere' }))],
    [
      'a damaged checkpoint',
      'weights-corrupt',
      async () => {
        await storeRun('r', photoIds);
        await saveCheckpoint({ runId: 'r', samplesSeen: 4, savedAt: 0, bytes: new ArrayBuffer(12) });
      },
    ],
  ] as const)('%s ends with %s, and the engine goes on', async (_, code, prepare) => {
    await prepare();
    const events = await engine.train('r');
    expect(events.at(-1)).toMatchObject({ kind: 'failed', error: { code } });
    await storeRun('next', await storePhotos(2), { samples: 2 });
    expect((await engine.train('next')).at(-1)?.kind).toBe('finished');
  });
});

describe('generate', () => {
  const request: GenerateRequest = {
    projectId: 'p',
    ...likenessAlone('likeness-r'),
    orders: [1, 2].map((seed) => ({ styleId: 'studio', prompt: 'a portrait photo of ohwx woman', negativePrompt: '', seed, guidance: 3 + seed })),
    scheduler: 'dpm-solver-multistep',
    steps: 2,
  };
  beforeEach(async () => {
    await storeRun('r', photoIds, { samples: 4, learningRate: 0.1 });
    await engine.train('r');
  });

  test('draws every order, marks it and stores it with its terms; the same seed gives the same picture', async () => {
    const events = await engine.generate(request);
    expect(events.at(-1)).toEqual({ kind: 'finished', made: 2 });
    expect(events.filter(({ kind }) => kind === 'image')).toHaveLength(2);
    const images = await listImages('p');
    expect(images).toHaveLength(2);
    for (const image of images)
      expect(image).toMatchObject({
        likenessId: 'likeness-r',
        styleId: 'studio',
        steps: 2,
        guidance: 3 + image.seed,
        scheduler: 'dpm-solver-multistep',
        modelId: tinyModelId,
        loras: request.loras,
        favourite: false,
      });
    const files = await Promise.all(images.map(async ({ id }) => new Uint8Array(await (await readImageFile(id))!.arrayBuffer())));
    expect(files.every(isMarkedMadeWithAi)).toBe(true);
    expect(files[0]).not.toEqual(files[1]);
    await engine.generate({ ...request, orders: request.orders.slice(0, 1) });
    const again = (await listImages('p'))[0]!;
    const first = images.find(({ seed }) => seed === again.seed)!;
    expect(await (await readImageFile(again.id))!.text()).toBe(await (await readImageFile(first.id))!.text());
  });

  test('a trial is told with its mark and stored nowhere; the order that a picture is drawn for is kept with it', async () => {
    const [order] = request.orders;
    const events = await engine.generate({ ...request, orders: [order!], isTrial: true });
    expect(events.at(-1)).toEqual({ kind: 'finished', made: 1 });
    const told = events.flatMap((event) => (event.kind === 'trial' ? [event.png] : []));
    expect(told.map(isMarkedMadeWithAi)).toEqual([true]);
    expect(await listImages('p')).toEqual([]);
    const batch = { id: 'today', wanted: 1 };
    await engine.generate({ ...request, orders: [{ ...order!, batch }] });
    const [image] = await listImages('p');
    expect(image?.batch).toEqual(batch);
    // The same seed and terms: what was looked at is what is drawn.
    expect(told[0]).toEqual(new Uint8Array(await (await readImageFile(image!.id))!.arrayBuffer()));
  });

  test('cancelled between steps, it keeps the pictures that are done', async () => {
    const events = await engine.generate({ ...request, steps: 40 }, (event) => {
      if (event.kind === 'step' && event.index === 1 && event.step === 1) void engine.api.cancel('generate');
    });
    expect(events.at(-1)).toEqual({ kind: 'cancelled', made: 1 });
    expect(await listImages('p')).toHaveLength(1);
  });

  test('a likeness that was deleted and an unknown scheduler fail with a sentence', async () => {
    const gone = await engine.generate({ ...request, ...likenessAlone('gone') });
    expect(gone.at(-1)).toMatchObject({ kind: 'failed', error: { code: 'job-invalid' } });
    const unknown = await engine.generate({ ...request, scheduler: 'magic' });
    expect(unknown.at(-1)).toMatchObject({ kind: 'failed', error: { code: 'job-invalid', message: expect.stringContaining('magic') as string } });
  });
});
