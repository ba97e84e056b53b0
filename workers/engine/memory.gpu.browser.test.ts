/** @file What a graphics device really holds while a likeness is learned and a picture drawn, beside what was announced: every buffer counted, onnxruntime's own included. */
import { expect, test } from 'vitest';
import { trainingNeed } from '#models/budget/memory-need.ts';
import { LoadedModel } from '#models/pipelines/loaded-model.ts';
import { atOnce } from '#models/runtime/steps.ts';
import { zeros } from '#models/tensor/tensor.ts';
import { learnLikeness } from '#models/training/learn-likeness.ts';
import { trainingDefaults, trainingPlan } from '#models/training/training-defaults.ts';
import { builtinModelId, openModelFolder } from '../host/model-folders.ts';
import { countBuffers } from '../runtime/buffer-count.ts';
import { requestWebGpuDevice } from '../runtime/device.ts';
import { createWebGpuRunner } from '../runtime/ort-web-runner.ts';
import { webGpuMemory } from './engine-memory.ts';

const hasWebGpu = ((await (navigator as { gpu?: GPU }).gpu?.requestAdapter()) ?? null) !== null;
const mebibytes = (bytes: number): string => (bytes / 2 ** 20).toFixed(1);

test.skipIf(!hasWebGpu)('what a graph held is free once nothing is compiled any more', { timeout: 600_000 }, async () => {
  const gpu = await requestWebGpuDevice({ subgroups: false });
  const count = countBuffers(gpu.device);
  const runner = createWebGpuRunner({ gpu });
  const model = await LoadedModel.open(runner, openModelFolder(builtinModelId));
  await model.encode(zeros('float32', [1, 3, 128, 128]));
  const heldBytes = count.usedBytes;
  await model.keepOnly([]);
  console.info(`encoder at 128 px: peak ${mebibytes(count.peakBytes)}, held ${mebibytes(heldBytes)}, left ${mebibytes(count.usedBytes)} MiB`);
  expect(count.usedBytes).toBeLessThan(heldBytes / 4);
  await runner.dispose();
});

test.skipIf(!hasWebGpu)('learning holds what was announced, within 15 %', { timeout: 900_000 }, async () => {
  const gpu = await requestWebGpuDevice({ subgroups: false });
  const count = countBuffers(gpu.device);
  const runner = createWebGpuRunner({ gpu });
  const model = await LoadedModel.open(runner, openModelFolder(builtinModelId));
  const [resolutionPx] = model.nativeSizePx;
  const { lora, recipe } = trainingDefaults;
  const settings = { resolutionPx, batchSize: 1, lora };
  const need = atOnce(trainingNeed(model.model, settings, webGpuMemory(gpu.device.limits, undefined)));
  const announced = need.weightBytes + need.activationBytes + need.adapterBytes;

  const grey = { widthPx: resolutionPx, heightPx: resolutionPx, rgb: new Uint8Array(resolutionPx * resolutionPx * 3).fill(128) };
  const plan = trainingPlan(0, { samples: 2, batchSize: 1, accumulation: 1 });
  const lines: string[] = [];
  let stepPeak = 0;
  for await (const event of learnLikeness(model, [{ picture: grey, faceBox: null }], {
    subject: { token: 'ohwx', personClass: 'woman' },
    recipe,
    resolutionPx,
    lora,
    plan,
    memoryBytes: need.plannedBytes,
    preview: null,
  })) {
    lines.push(`${event.kind}: peak ${mebibytes(count.peakBytes)}, held ${mebibytes(count.usedBytes)} MiB`);
    if (event.kind === 'step') stepPeak = Math.max(stepPeak, count.peakBytes);
    count.restart();
  }
  const parts = `weights ${mebibytes(need.weightBytes)}, activations ${mebibytes(need.activationBytes)}, adapters ${mebibytes(need.adapterBytes)}`;
  console.info(`learning at ${resolutionPx} px: announced ${mebibytes(announced)} MiB (${parts}); ${lines.join('; ')}`);
  await model.dispose();
  await runner.dispose();
  expect(stepPeak / announced).toBeGreaterThan(0.85);
  expect(stepPeak / announced).toBeLessThan(1.15);
});
