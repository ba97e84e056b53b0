/** From prompt and seed to the picture, against diffusers. Goldens: models/testing/reference/pipeline.py */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { parseSafetensors } from '#models/formats/safetensors.ts';
import { LoadedModel } from '#models/pipelines/loaded-model.ts';
import type { TextToImageRequest } from '#models/pipelines/text-to-image.ts';
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

/** The picture that diffusers drew for this case. */
function requestOf({ scheduler, steps, guidance, seed }: (typeof cases)[number]): TextToImageRequest {
  const [prompt, negativePrompt] = [metadata['prompt']!, metadata['negative']!];
  return { prompt, negativePrompt, widthPx: 64, heightPx: 96, scheduler, steps, guidance, seed, loras: [] };
}

test.each(cases.map((entry, index) => ({ ...entry, index })))(
  '$scheduler, $steps steps, guidance $guidance, seed $seed: the picture of diffusers',
  async ({ index, scheduler, steps, guidance, seed }) => {
    const request = requestOf({ scheduler, steps, guidance, seed });
    const { latents, picture } = await drawPicture(model, request);
    expect(relativeDifference(latents.data, tensors.get(`case${index}.latents`)!.data as Float32Array)).toBeLessThan(1e-4);
    expect(psnr(picture.rgb, widenHalves(tensors.get(`case${index}.picture`)!.data as Uint16Array))).toBeGreaterThan(50);
  },
);

test('where scores of attention cannot be bound at once they are computed in parts, and the picture is the same', async () => {
  const small = createNodeRunner();
  const bound = new Proxy(small, { get: (target, name) => (name === 'bindingBytes' ? 4096 : bindTo(target, Reflect.get(target, name, target))) });
  const inParts = await LoadedModel.load(bound, openModelDirectory(folder));
  const size = { batchSize: 2, latentShape: inParts.latentShape(64, 96), loras: [] };
  const [whole, parts] = [(await model.denoiser(size)).graph, (await inParts.denoiser(size)).graph];
  const ops = ({ nodes }: typeof whole, op: string): number => nodes.filter((node) => node.op === op).length;
  expect([ops(whole, 'MultiHeadAttention') > 0, ops(parts, 'MultiHeadAttention')]).toEqual([true, 0]);
  const scores = parts.nodes
    .filter(({ op }) => op === 'Softmax')
    .flatMap(({ outputs }) => outputs.map(({ shape }) => shape.reduce((product, side) => product * side, 4)));
  expect(Math.max(...scores)).toBeLessThanOrEqual(4096);
  const request = requestOf(cases[0]!);
  const { picture } = await drawPicture(inParts, request);
  expect(psnr(picture.rgb, widenHalves(tensors.get('case0.picture')!.data as Uint16Array))).toBeGreaterThan(50);
  await small.dispose();
});

test('an odd size is refused with the sizes that work', async () => {
  const request = { prompt: '', negativePrompt: '', widthPx: 65, heightPx: 64, scheduler: 'ddim', steps: 1, guidance: 1, seed: 0, loras: [] } as const;
  await expect(drawPicture(model, request)).rejects.toMatchObject({ code: 'job-invalid', help: expect.stringContaining('multiples of 8') as string });
});

/** Methods that reach private fields work on the object itself. */
function bindTo<T>(target: object, value: T): T {
  return typeof value === 'function' ? (value.bind(target) as T) : value;
}
