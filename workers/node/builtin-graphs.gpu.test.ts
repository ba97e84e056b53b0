/** @file A whole small job of the built-in model, recorded on the CPU and asked of WebGPU graph by graph, CPU fallback forbidden. */
import { afterAll, describe, expect, test } from 'vitest';
import { LoadedModel } from '#models/pipelines/loaded-model.ts';
import { textToImage } from '#models/pipelines/text-to-image.ts';
import type { Tensor } from '#models/tensor/tensor.ts';
import { largestDifference } from '#models/testing/op-cases.ts';
import { recordRuns } from '#models/testing/recording-runner.ts';
import { learnLikeness } from '#models/training/learn-likeness.ts';
import { trainingDefaults, trainingPlan } from '#models/training/training-defaults.ts';
import { openModelDirectory } from './model-directory.ts';
import { createNodeRunner } from './ort-node-runner.ts';
import { prepareWebGpuDriver } from './webgpu-driver.ts';

/** Small, so that the software driver ends within a minute; the graphs are those of any size. */
const sizePx = 64;
const driver = prepareWebGpuDriver();

async function finish(events: AsyncGenerator<unknown, unknown>): Promise<void> {
  while ((await events.next()).done !== true);
}

/** One update of a likeness and one picture of two steps, on the CPU. */
async function recordJob() {
  const cpu = createNodeRunner({ weightBinding: 'inputs' });
  const { runner, recorded } = recordRuns(cpu);
  const model = await LoadedModel.load(runner, openModelDirectory('builtin'));
  const rgb = Uint8Array.from({ length: sizePx * sizePx * 3 }, (_, i) => (i * 37) % 256);
  const options = { caption: 'a portrait of a woman', resolutionPx: sizePx, lora: trainingDefaults.lora, plan: trainingPlan(0, { samples: 1, batchSize: 1 }), preview: null };
  await finish(learnLikeness(model, [{ picture: { widthPx: sizePx, heightPx: sizePx, rgb }, faceBox: null }], options));
  const request = { prompt: 'a portrait', negativePrompt: '', widthPx: sizePx, heightPx: sizePx, scheduler: 'ddim', steps: 2, guidance: 4, seed: 0, loras: [] } as const;
  await finish(textToImage(model, request));
  await model.dispose();
  await cpu.dispose();
  return recorded;
}

const largest = ({ data }: Tensor): number => Array.from<number | bigint>(data).reduce((most: number, value) => Math.max(most, Math.abs(Number(value))), 0);

describe.skipIf(driver.kind === 'none')('the graphs of the built-in model on WebGPU, no CPU fallback', async () => {
  const recorded = driver.kind === 'none' ? [] : await recordJob();
  const gpu = driver.kind === 'none' ? null : createNodeRunner({ backend: 'webgpu', forbidCpuFallback: true });
  afterAll(() => gpu?.dispose());

  test('the job used an encoder, the words, a forward pass, a backward pass and a decoder', () => {
    expect(recorded.length).toBeGreaterThanOrEqual(5);
  });

  test.each(recorded.map((run) => ({ name: run.graph.name, run })))('$name gives what the CPU gives', async ({ run }) => {
    const weights = await gpu!.upload(run.weights);
    const compiled = await gpu!.compile(run.graph, [weights]);
    const outputs = await compiled.run(run.feeds);
    for (const [name, expected] of Object.entries(run.outputs)) {
      const relative = largestDifference(outputs[name]!, expected) / Math.max(largest(expected), 1e-6);
      expect(relative, `${name} of ${run.graph.name}`).toBeLessThan(1e-3);
    }
    await compiled.dispose();
    weights.dispose();
  });
});
