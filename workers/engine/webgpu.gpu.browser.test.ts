/** @file The same short journey on WebGPU, here the software adapter: a few updates and one picture. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { deleteEverything } from '#storage/delete-everything.ts';
import { listImages } from '#storage/image-store.ts';
import { EngineUnderTest, readRun, storePhotos, storeRun, storeTinyModel, tinyModelId } from './engine-fixture.ts';

const hasWebGpu = ((await (navigator as { gpu?: GPU }).gpu?.requestAdapter()) ?? null) !== null;
const engine = new EngineUnderTest();
beforeAll(async () => {
  await deleteEverything();
  await storeTinyModel();
});
afterAll(() => engine.worker.terminate());

test.skipIf(!hasWebGpu)('trains and draws on WebGPU, near the losses of wasm', { timeout: 600_000 }, async () => {
  const photoIds = await storePhotos(2);
  const losses: number[][] = [];
  for (const backend of ['wasm', 'webgpu'] as const) {
    await engine.api.configure({ backend });
    await storeRun(backend, photoIds, { samples: 4, model: tinyModelId });
    const startMs = performance.now();
    const events = await engine.train(backend);
    console.info(`${backend}: 4 samples in ${((performance.now() - startMs) / 1000).toFixed(1)} s`);
    expect(events.at(-1)).toEqual({ kind: 'finished', likenessId: `likeness-${backend}` });
    losses.push((await readRun(backend)).losses.map(({ loss }) => loss));
  }
  losses[1]!.forEach((loss, i) => expect(Math.abs(loss / losses[0]![i]! - 1)).toBeLessThan(1e-3));
  const orders = [{ styleId: 'studio', prompt: 'a portrait photo of ohwx woman', negativePrompt: '', seed: 1, guidance: 4 }];
  const events = await engine.generate({ projectId: 'p', likenessId: 'likeness-webgpu', orders, scheduler: 'ddim', steps: 2, likenessWeight: 1 });
  expect(events.at(-1)).toEqual({ kind: 'finished', made: 1 });
  expect(await listImages('p')).toHaveLength(1);
});
