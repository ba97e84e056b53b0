/** @file LoRA files as five libraries write them: read here, they draw what the libraries draw. Goldens: models/testing/reference/lora_files.py */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { components } from '#models/families/stable-diffusion/weight-names.ts';
import { parseSafetensors } from '#models/formats/safetensors.ts';
import { describeLora } from '#models/lora/describe-lora.ts';
import { openLora } from '#models/lora/lora-contents.ts';
import type { WeightedLora } from '#models/lora/merge-lora.ts';
import { mergedWeights } from '#models/lora/merge-on-runner.ts';
import { readLora } from '#models/lora/read-lora.ts';
import { writeLora, writtenLayouts } from '#models/lora/write-lora.ts';
import { LoadedModel } from '#models/pipelines/loaded-model.ts';
import type { GraphRunner, WeightSet } from '#models/runtime/graph-runner.ts';
import type { SchedulerId } from '#models/schedulers/index.ts';
import { widenHalves } from '#models/tensor/float16.ts';
import type { Tensor } from '#models/tensor/tensor.ts';
import { readLoras } from '../generate.ts';
import { readLoraFile } from '../lora-files.ts';
import { openModelDirectory } from '../model-directory.ts';
import { createNodeRunner } from '../ort-node-runner.ts';
import { drawPicture, psnr, relativeDifference } from './compare-pictures.ts';

interface GoldenCase {
  readonly files: readonly (readonly [name: string, weight: number])[];
  readonly scheduler: SchedulerId;
  readonly steps: number;
  readonly guidance: number;
  readonly seed: number;
}

const golden = fileURLToPath(new URL('../../../models/testing/golden', import.meta.url));
const { tensors, metadata } = parseSafetensors(readFileSync(`${golden}/lora/expected.safetensors`));
const cases = JSON.parse(metadata['cases']!) as Record<string, GoldenCase>;

const runner = createNodeRunner({ threads: 1 });
let model: LoadedModel;
beforeAll(async () => {
  model = await LoadedModel.load(runner, openModelDirectory(`${golden}/pipeline`));
});
afterAll(() => runner.dispose());

const draw = ({ scheduler, steps, guidance, seed }: GoldenCase, loras: readonly WeightedLora[]) =>
  drawPicture(model, {
    prompt: metadata['prompt']!,
    negativePrompt: metadata['negative']!,
    widthPx: 32,
    heightPx: 32,
    scheduler,
    steps,
    guidance,
    seed,
    loras,
  });

const lorasOf = ({ files }: GoldenCase): Promise<WeightedLora[]> =>
  readLoras(
    model,
    files.map(([name, weight]) => ({ file: `${golden}/lora/${name}`, weight })),
  );

function largestDifference(a: Float32Array, b: Float32Array): number {
  return a.reduce((largest, value, i) => Math.max(largest, Math.abs(value - b[i]!)), 0);
}

test.each(Object.entries(cases))('%s draws the picture of the library that wrote it', async (name, golden) => {
  const loras = await lorasOf(golden);
  const { latents, picture } = await draw(golden, loras);
  const expected = tensors.get(`${name}.latents`)!.data as Float32Array;
  const plain = await draw(golden, []);
  expect(relativeDifference(plain.latents.data, expected)).toBeGreaterThan(0.01); // the file matters
  expect(relativeDifference(latents.data, expected)).toBeLessThan(1e-4);
  expect(psnr(picture.rgb, widenHalves(tensors.get(`${name}.picture`)!.data as Uint16Array))).toBeGreaterThan(45);
});

const mergedKeysOf = (name: string): string[] => [...tensors.keys()].filter((key) => key.startsWith(`${name}.merged.`));
const fused = Object.entries(cases).filter(([name]) => mergedKeysOf(name).length > 0);

test.each(fused)('%s merges to the weights that fuse_lora makes, on the runner as in plain JavaScript', async (name, golden) => {
  const loras = await lorasOf(golden);
  for (const runnerFrom of [0, Infinity]) {
    const merged = new Map<string, Tensor>();
    for await (const [parameter, weight] of mergedWeights(runner, model.storedWeights, loras, { runnerFrom })) merged.set(parameter, weight);
    for (const key of mergedKeysOf(name)) {
      const parameter = key.slice(`${name}.merged.`.length);
      const result = merged.get(parameter)?.data ?? widenHalves((await model.storedWeights.read(parameter))!.data as Uint16Array);
      expect(largestDifference(result as Float32Array, tensors.get(key)!.data as Float32Array), parameter).toBeLessThan(1e-5);
    }
  }
});

test('likenesses merged in the place of the plain weights draw the picture of diffusers, others take their place, and the plain model comes back', async () => {
  const { two, kohya } = cases;
  const [ofTwo, ofKohya, plain] = [tensors.get('two.latents')!, tensors.get('kohya.latents')!, (await draw(two!, [])).latents].map(
    ({ data }) => data as Float32Array,
  );
  const drawn = async (golden: GoldenCase): Promise<Float32Array> => (await draw(golden, [])).latents.data;
  await model.placeMerged(await lorasOf(two!));
  expect(relativeDifference(await drawn(two!), ofTwo!)).toBeLessThan(1e-4);
  await model.placeMerged(await lorasOf(kohya!));
  expect(relativeDifference(await drawn(kohya!), ofKohya!)).toBeLessThan(1e-4);
  // A likeness that is asked for with one picture is merged with the plain weights, not on top of those.
  expect(relativeDifference((await draw(two!, await lorasOf(two!))).latents.data, ofTwo!)).toBeLessThan(1e-4);
  await model.placeMerged(await lorasOf(kohya!));
  await model.placePlain();
  expect(await drawn(two!)).toEqual(plain);
  await expect(model.placeMerged(await lorasOf(kohya!), { beforeLayer: () => Promise.reject(new Error('stopped')) })).rejects.toThrow('stopped');
  expect(await drawn(two!)).toEqual(plain);
});

/** Tells how many bytes of weights are placed at any moment. */
function countPlaced(inner: GraphRunner): { readonly counting: GraphRunner; placed(): number } {
  const live = new Set<WeightSet>();
  const upload: GraphRunner['upload'] = async (weights) => {
    const set = await inner.upload(weights);
    live.add(set);
    const dispose = set.dispose.bind(set);
    set.dispose = () => {
      live.delete(set);
      dispose();
    };
    return set;
  };
  const counting = { backend: inner.backend, upload, compile: inner.compile.bind(inner), dispose: () => Promise.resolve() };
  return { counting, placed: () => [...live].reduce((sum, { sizeBytes }) => sum + sizeBytes, 0) };
}

test('a job with likenesses holds as many bytes of weights as the plain model; a likeness of a single picture lies beside them', async () => {
  const { counting, placed } = countPlaced(runner);
  const counted = await LoadedModel.load(counting, openModelDirectory(`${golden}/pipeline`));
  const plainBytes = placed();
  const loras = await lorasOf(cases['two']!);
  await counted.placeMerged(loras);
  for (const component of components) await counted.weightsOf(component);
  expect(placed()).toBe(plainBytes);
  await counted.placePlain();
  for (const component of components) await counted.weightsOf(component);
  await counted.denoiser({ batchSize: 1, latentShape: counted.latentShape(32, 32), loras });
  expect(placed()).toBeGreaterThan(1.2 * plainBytes);
  await counted.dispose();
  expect(placed()).toBe(0);
});

test('every layout is recognized by its keys', async () => {
  const layouts = Object.fromEntries(
    await Promise.all(
      Object.values(cases).map(async ({ files }) => [files[0]![0], openLora(await readLoraFile(`${golden}/lora/${files[0]![0]}`)).layout] as const),
    ),
  );
  expect(layouts).toEqual({
    'kohya.safetensors': 'kohya',
    'kohya-bfloat16.safetensors': 'kohya',
    'lcm.safetensors': 'kohya',
    'locon-tucker.safetensors': 'kohya',
    'peft.safetensors': 'peft',
    'peft-folder': 'peft',
    'diffusers-renamed.safetensors': 'diffusers-old',
    'old-diffusers.safetensors': 'diffusers-old',
    'cloneofsimo.safetensors': 'cloneofsimo',
    'cloneofsimo-2023.safetensors': 'cloneofsimo',
    'cloneofsimo-extended.safetensors': 'cloneofsimo',
  });
});

test('inspect tells layers, convolutions and ranks', async () => {
  const contents = openLora(await readLoraFile(`${golden}/lora/kohya.safetensors`));
  expect(describeLora(contents)).toMatchObject({ layout: 'kohya', textEncoderLayers: 12, ranks: [2, 4] });
});

test.each(writtenLayouts)('a file written in the layout of %s draws what it was written from', async (layout) => {
  const [kohya] = await lorasOf(cases['kohya']!);
  const written = readLora({ bytes: writeLora(kohya!.weights, {}, layout) }, await model.loraBase());
  const expected = await draw(cases['kohya']!, [kohya!]);
  const { latents } = await draw(cases['kohya']!, [{ weights: written, weight: 1 }]);
  // Where the scale is multiplied into a factor, that is rounded to half precision once more.
  expect(relativeDifference(latents.data, expected.latents.data)).toBeLessThan(2e-3);
});
