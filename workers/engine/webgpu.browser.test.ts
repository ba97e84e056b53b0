/** @file A short journey on WebGPU, here mostly the software adapter: a few updates near those of wasm, a picture, and a device that goes away. */
import { commands } from 'vitest/browser';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { findCheckpoint } from '#storage/checkpoint-store.ts';
import { deleteEverything } from '#storage/delete-everything.ts';
import { listImages } from '#storage/image-store.ts';
import { EngineClient } from '../client/engine-client.ts';
import type { TrainEvent } from '../contract/engine.ts';
import { FaultLine, startFaultyWorker } from './engine-faults.ts';
import { readRun, likenessAlone, storePhotos, storeRun, storeTinyModel } from './engine-fixture.ts';

const hasWebGpu = ((await (navigator as { gpu?: GPU }).gpu?.requestAdapter()) ?? null) !== null;
/** Shaders of the software adapter are compiled on the processor: most of the time goes there, and only once. */
const timeout = 480_000;
const faults = new FaultLine();
const engine = new EngineClient(startFaultyWorker);
let photoIds: string[] = [];

beforeAll(async () => {
  await commands.watchRequests();
  await deleteEverything();
  await storeTinyModel();
  photoIds = await storePhotos(2);
});
afterAll(() => {
  faults.close();
  engine.dispose();
});

async function train(runId: string, onEvent: (event: TrainEvent) => void = () => undefined): Promise<TrainEvent[]> {
  const events: TrainEvent[] = [];
  await engine.train(runId, (event) => {
    events.push(event);
    onEvent(event);
  });
  return events;
}

test.skipIf(!hasWebGpu)('trains and draws on WebGPU, near the losses of wasm', { timeout }, async () => {
  const losses: number[][] = [];
  for (const backend of ['wasm', 'webgpu'] as const) {
    await engine.configure({ backend });
    await storeRun(backend, photoIds, { samples: 4 });
    const startMs = performance.now();
    const events = await train(backend);
    console.info(`${backend}: 4 samples in ${((performance.now() - startMs) / 1000).toFixed(1)} s`);
    expect(events.at(-1)).toEqual({ kind: 'finished', likenessId: `likeness-${backend}` });
    losses.push((await readRun(backend)).losses.map(({ loss }) => loss));
  }
  expect(losses[1]).toHaveLength(2);
  losses[1]!.forEach((loss, i) => {
    expect(Math.abs(loss / losses[0]![i]! - 1)).toBeLessThan(1e-3);
  });
  const orders = [{ styleId: 'studio', prompt: 'a portrait photo of ohwx woman', negativePrompt: '', seed: 1, guidance: 4 }];
  const kinds: string[] = [];
  await engine.generate({ projectId: 'p', ...likenessAlone('likeness-webgpu'), orders, scheduler: 'ddim', steps: 2 }, ({ kind }) => kinds.push(kind));
  expect(kinds.at(-1)).toBe('finished');
  expect(await listImages('p')).toHaveLength(1);
});

test.skipIf(!hasWebGpu)(
  'a device that is lost in the middle of a run ends it with a reason; the next try has a new worker and goes on from the checkpoint',
  { timeout },
  async () => {
    await storeRun('lost', photoIds, { samples: 12 });
    const events: TrainEvent[] = [];
    const losing = train('lost', (event) => {
      events.push(event);
      if (event.kind === 'step' && event.samplesSeen === 4) void engine.pause();
      if (event.kind === 'paused') void engine.resume();
      if (event.kind === 'resumed') faults.fail('lose-device');
    });
    await expect(losing).rejects.toMatchObject({
      code: 'device-lost',
      retryable: true,
      help: expect.stringContaining('resumes from its last checkpoint') as string,
    });
    expect(events.at(-1)).toMatchObject({ kind: 'failed', error: { code: 'device-lost', retryable: true } });
    expect(await readRun('lost')).toMatchObject({ status: 'failed', error: { code: 'device-lost' } });
    const kept = (await findCheckpoint('lost'))!.samplesSeen;
    expect(kept).toBeGreaterThanOrEqual(4);
    expect(kept).toBeLessThan(12);

    await engine.configure({ backend: 'wasm' }); // What Settings offers to someone whose graphics card goes away; here it saves compiling all shaders again.
    const again = await train('lost');
    expect(again.at(-1)).toEqual({ kind: 'finished', likenessId: 'likeness-lost' });
    const run = await readRun('lost');
    expect(run).toMatchObject({ status: 'finished', samplesSeen: 12, error: null });
    expect(run.losses.map(({ samplesSeen }) => samplesSeen)).toEqual([2, 4, 6, 8, 10, 12]);
    expect(Math.min(...again.flatMap((event) => (event.kind === 'step' ? [event.samplesSeen] : [])))).toBe(kept + 2);
  },
);

test.skipIf(!hasWebGpu)('in all of this no request left the origin, the workers’ own included', async () => {
  const requests = await commands.watchedRequests();
  expect(requests.some((address) => address.includes('asyncify') && address.includes('.wasm'))).toBe(true);
  expect(requests.filter((address) => new URL(address).origin !== location.origin)).toEqual([]);
});
