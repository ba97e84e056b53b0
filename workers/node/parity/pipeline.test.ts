/** From prompt and seed to the picture, against diffusers. Goldens: models/testing/reference/pipeline.py */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { parseSafetensors } from '#models/formats/safetensors.ts';
import { LoadedModel } from '#models/pipelines/loaded-model.ts';
import type { SchedulerId } from '#models/schedulers/index.ts';
import { widenHalves } from '#models/tensor/float16.ts';
import { openModelDirectory } from '../model-directory.ts';
import { createNodeRunner } from '../ort-node-runner.ts';
import { drawPicture, psnr, relativeDifference } from './compare-pictures.ts';

const folder = fileURLToPath(new URL('../../../models/testing/golden/pipeline', import.meta.url));
const { tensors, metadata } = parseSafetensors(readFileSync(`${folder}/pictures.safetensors`));
const cases = JSON.parse(metadata['cases']!) as { scheduler: SchedulerId; steps: number; guidance: number; seed: number }[];

const runner = createNodeRunner();
let model: LoadedModel;
beforeAll(async () => {
  model = await LoadedModel.load(runner, openModelDirectory(folder));
});
afterAll(() => runner.dispose());

test.each(cases.map((entry, index) => ({ ...entry, index })))('$scheduler, $steps steps, guidance $guidance, seed $seed: the picture of diffusers', async ({ index, scheduler, steps, guidance, seed }) => {
  const request = { prompt: metadata['prompt']!, negativePrompt: metadata['negative']!, widthPx: 64, heightPx: 96, scheduler, steps, guidance, seed, loras: [] };
  const { latents, picture } = await drawPicture(model, request);
  expect(relativeDifference(latents.data, tensors.get(`case${index}.latents`)!.data as Float32Array)).toBeLessThan(1e-4);
  expect(psnr(picture.rgb, widenHalves(tensors.get(`case${index}.picture`)!.data as Uint16Array))).toBeGreaterThan(50);
});

test('an odd size is refused with the sizes that work', async () => {
  const request = { prompt: '', negativePrompt: '', widthPx: 65, heightPx: 64, scheduler: 'ddim', steps: 1, guidance: 1, seed: 0, loras: [] } as const;
  await expect(drawPicture(model, request)).rejects.toMatchObject({ code: 'job-invalid', help: expect.stringContaining('multiples of 8') as string });
});
