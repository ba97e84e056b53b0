/** From prompt and seed to the picture, against diffusers. Goldens: models/testing/reference/pipeline.py */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { parseSafetensors } from '#models/formats/safetensors.ts';
import { LoadedModel } from '#models/pipelines/loaded-model.ts';
import { textToImage, type TextToImageRequest, type TextToImageResult } from '#models/pipelines/text-to-image.ts';
import type { SchedulerId } from '#models/schedulers/index.ts';
import { widenHalves } from '#models/tensor/float16.ts';
import { openModelDirectory } from '../model-directory.ts';
import { createNodeRunner } from '../ort-node-runner.ts';

const folder = fileURLToPath(new URL('../../../models/testing/golden/pipeline', import.meta.url));
const { tensors, metadata } = parseSafetensors(readFileSync(`${folder}/pictures.safetensors`));
const cases = JSON.parse(metadata['cases']!) as { scheduler: SchedulerId; steps: number; guidance: number; seed: number }[];

const runner = createNodeRunner();
let model: LoadedModel;
beforeAll(async () => {
  model = await LoadedModel.load(runner, openModelDirectory(folder));
});
afterAll(() => runner.dispose());

async function draw(request: TextToImageRequest): Promise<TextToImageResult> {
  const drawing = textToImage(model, request);
  let drawn = await drawing.next();
  while (drawn.done !== true) drawn = await drawing.next();
  return drawn.value;
}

function maxDifference(a: Float32Array, b: Float32Array): number {
  return a.reduce((largest, value, i) => Math.max(largest, Math.abs(value - b[i]!)), 0);
}

/** Peak signal-to-noise ratio of 8-bit values against shares, in dB. */
function psnr(rgb: Uint8Array, planes: Float32Array): number {
  const area = planes.length / 3;
  let squares = 0;
  rgb.forEach((byte, i) => (squares += (byte / 255 - planes[(i % 3) * area + Math.floor(i / 3)]!) ** 2));
  return -10 * Math.log10(squares / rgb.length);
}

test.each(cases.map((entry, index) => ({ ...entry, index })))('$scheduler, $steps steps, guidance $guidance, seed $seed: the picture of diffusers', async ({ index, scheduler, steps, guidance, seed }) => {
  const request = { prompt: metadata['prompt']!, negativePrompt: metadata['negative']!, widthPx: 64, heightPx: 96, scheduler, steps, guidance, seed, loras: [] };
  const { latents, picture } = await draw(request);
  const expected = tensors.get(`case${index}.latents`)!.data as Float32Array;
  const largest = expected.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  expect(maxDifference(latents.data, expected) / largest).toBeLessThan(1e-4);
  expect(psnr(picture.rgb, widenHalves(tensors.get(`case${index}.picture`)!.data as Uint16Array))).toBeGreaterThan(50);
});

test('an odd size is refused with the sizes that work', async () => {
  const request = { prompt: '', negativePrompt: '', widthPx: 65, heightPx: 64, scheduler: 'ddim', steps: 1, guidance: 1, seed: 0, loras: [] } as const;
  await expect(draw(request)).rejects.toMatchObject({ code: 'job-invalid', help: expect.stringContaining('multiples of 8') as string });
});
