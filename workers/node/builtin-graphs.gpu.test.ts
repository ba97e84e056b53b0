/** @file A whole small job of the built-in model, recorded on the CPU and asked of WebGPU graph by graph, CPU fallback forbidden. */
import { afterAll, describe, expect, test } from 'vitest';
import { recordJob, replay } from '#models/testing/record-job.ts';
import type { RecordedRun } from '#models/testing/recording-runner.ts';
import { openModelDirectory } from './model-directory.ts';
import { createNodeRunner } from './ort-node-runner.ts';
import { prepareWebGpuDriver } from './webgpu-driver.ts';

const driver = prepareWebGpuDriver();

async function recordOnCpu(): Promise<RecordedRun[]> {
  const cpu = createNodeRunner({ weightBinding: 'inputs' });
  const recorded = await recordJob(cpu, openModelDirectory('builtin'));
  await cpu.dispose();
  return recorded;
}

describe.skipIf(driver.kind === 'none')('the graphs of the built-in model on WebGPU, no CPU fallback', async () => {
  const recorded = driver.kind === 'none' ? [] : await recordOnCpu();
  const gpu = driver.kind === 'none' ? null : createNodeRunner({ backend: 'webgpu', forbidCpuFallback: true });
  afterAll(() => gpu?.dispose());

  test('the job used an encoder, the words, a forward pass, a backward pass and a decoder', () => {
    expect(recorded.length).toBeGreaterThanOrEqual(5);
  });

  test.each(recorded.map((run) => ({ name: run.graph.name, run })))('$name gives what the CPU gives', async ({ run }) => {
    for (const [name, difference] of Object.entries(await replay(run, gpu!))) expect(difference, name).toBeLessThan(1e-3);
  });
});
