/** @file A whole small job of the built-in model, recorded on wasm and asked of WebGPU graph by graph, CPU fallback forbidden. */
import { afterAll, describe, expect, test } from 'vitest';
import { recordJob, replay } from '#models/testing/record-job.ts';
import type { RecordedRun } from '#models/testing/recording-runner.ts';
import { builtinModelId, openModelFolder } from '../host/model-folders.ts';
import { requestWebGpuDevice } from '../runtime/device.ts';
import { createWasmRunner, createWebGpuRunner } from '../runtime/ort-web-runner.ts';

const hasWebGpu = ((await (navigator as { gpu?: GPU }).gpu?.requestAdapter()) ?? null) !== null;

async function recordOnWasm(): Promise<RecordedRun[]> {
  const wasm = createWasmRunner({ weightBinding: 'inputs' });
  const recorded = await recordJob(wasm, openModelFolder(builtinModelId));
  await wasm.dispose();
  return recorded;
}

describe.skipIf(!hasWebGpu)('the graphs of the built-in model on WebGPU, no CPU fallback', async () => {
  const recorded = hasWebGpu ? await recordOnWasm() : [];
  // Without subgroups: fused attention is wrong on adapters with few lanes, which the self-test finds out in the app.
  const gpu = hasWebGpu ? createWebGpuRunner({ gpu: await requestWebGpuDevice({ subgroups: false }), forbidCpuFallback: true }) : null;
  afterAll(() => gpu?.dispose());

  test('the job used an encoder, the words, a forward pass, a backward pass and a decoder', () => {
    expect(recorded.length).toBeGreaterThanOrEqual(5);
  });

  test.each(recorded.map((run) => ({ name: run.graph.name, run })))('$name gives what wasm gives', async ({ run }) => {
    const differences = await replay(run, gpu!);
    console.info(`${run.graph.name}: ${Math.max(...Object.values(differences)).toExponential(1)}`);
    for (const [name, difference] of Object.entries(differences)) expect(difference, name).toBeLessThan(1e-3);
  });
});
