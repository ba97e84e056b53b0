/** @file Several LoRAs in one job: the picture of the command line, wrong ones refused, pictures shown while they form, and what is offered for which model. */
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { commands } from 'vitest/browser';
import { readStableDiffusion } from '#models/families/stable-diffusion/index.ts';
import type { Graph } from '#models/graph/graph.ts';
import { isMarkedMadeWithAi } from '#models/formats/made-with-ai.ts';
import { modulesOf } from '#models/lora/lora-base.ts';
import type { LoraFactors } from '#models/lora/lora-weights.ts';
import { writeLora } from '#models/lora/write-lora.ts';
import { openModel } from '#models/pipelines/open-model.ts';
import { TorchRandom } from '#models/tensor/random.ts';
import { elementCount, type Shape } from '#models/tensor/shape.ts';
import { float32 } from '#models/tensor/tensor.ts';
import { deleteEverything } from '#storage/delete-everything.ts';
import { listImages, readImageFile } from '#storage/image-store.ts';
import { saveLikeness } from '#storage/likeness-store.ts';
import { chunkBytes } from '#storage/model-chunks.ts';
import { saveChunk, saveModelFile, updateModelFile } from '#storage/model-file-store.ts';
import { completeModel, listModelFiles, planModel } from '#storage/model-store.ts';
import type { GenerateEvent, GenerateRequest, LoraChoice } from '../contract/engine.ts';
import { decodePicture } from '../host/browser-pictures.ts';
import { builtinModelId, openModelFolder } from '../host/model-folders.ts';
import { EngineUnderTest, likenessAlone, storeTinyModel, tinyModelId } from './engine-fixture.ts';
import { ownBuffer } from './run-journal.ts';

const engine = new EngineUnderTest();
beforeAll(() => engine.api.configure({ backend: 'wasm' }));
afterAll(() => engine.worker.terminate());
beforeEach(() => deleteEverything());

const order = { styleId: 's', prompt: 'a portrait photo of ohwx woman', negativePrompt: 'blurry', seed: 11, guidance: 3 };
const request: GenerateRequest = { projectId: 'p', ...likenessAlone('first'), orders: [order], scheduler: 'ddim', steps: 2 };
const likeness = (id: string, weight: number): LoraChoice => ({ kind: 'likeness', id, weight });
const refusal = (events: readonly GenerateEvent[]): unknown => events.find((event) => event.kind === 'failed')?.error;

/** A likeness file with random factors for some layers of the built-in model, strong enough to be seen. */
async function randomLikeness(seed: number, layers: RegExp, rank: number): Promise<Uint8Array<ArrayBuffer>> {
  const modules = [...modulesOf((await openModel(openModelFolder(builtinModelId))).weights.entries())].filter(([path]) => layers.test(path));
  expect(modules.length).toBeGreaterThan(8);
  const random = new TorchRandom(seed);
  const draw = (shape: Shape, spread: number) => float32(shape, random.normal(elementCount(shape)).map((value) => value * spread));
  const factors = new Map<string, LoraFactors>(
    modules.map(([path, [outputs, ...inputs]]) => [path, { down: draw([rank, ...inputs], 0.25), up: draw(inputs.length > 1 ? [outputs!, rank, 1, 1] : [outputs!, rank], 0.25), scale: 0.5 }]),
  );
  return new Uint8Array(ownBuffer(writeLora(factors, {})));
}

const storeLikeness = (id: string, bytes: Uint8Array<ArrayBuffer>, modelId: string): Promise<void> =>
  saveLikeness({ id, projectId: 'p', runId: '', createdAt: 1, name: '', triggerPrompt: '', imported: { modelId, subject: null } }, bytes.slice().buffer);

async function pictureOf(events: readonly GenerateEvent[]): Promise<Uint8Array> {
  expect(events.at(-1)).toMatchObject({ kind: 'finished', made: 1 });
  const image = events.find((event) => event.kind === 'image')!;
  return (await decodePicture((await readImageFile(image.imageId))!)).rgb;
}

const largestDifference = (a: Uint8Array, b: Uint8Array): number => a.reduce((largest, value, i) => Math.max(largest, Math.abs(value - b[i]!)), 0);
const base64 = (bytes: Uint8Array): string => btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(''));

test('two on the built-in model draw what the command line draws with both, and the picture keeps how', { timeout: 300_000 }, async () => {
  const files = { first: await randomLikeness(1, /attn2|text_model.*q_proj/, 4), second: await randomLikeness(2, /resnets.*conv[12]|attn1/, 6) };
  for (const [id, bytes] of Object.entries(files)) await storeLikeness(id, bytes, builtinModelId);
  const loras = [likeness('first', 0.8), likeness('second', -0.5)];
  const here = await pictureOf(await engine.generate({ ...request, loras }));
  const { prompt, negativePrompt, seed, guidance } = order;
  const numbers = ['--seed', `${seed}`, '--guidance', `${guidance}`, '--steps', '2', '--scheduler', 'ddim'];
  const options = ['--lora', 'DIR/first:0.8', '--lora', 'DIR/second:-0.5', '--prompt', prompt, '--negative', negativePrompt, ...numbers];
  const png = await commands.drawInNode(options, { first: base64(files.first), second: base64(files.second) });
  const inNode = (await decodePicture(await (await fetch(`data:image/png;base64,${png}`)).blob())).rgb;
  expect(here.length).toBe(192 * 192 * 3);
  expect(largestDifference(here, inNode)).toBeLessThanOrEqual(2); // of 255: two runtimes round differently
  const alone = await pictureOf(await engine.generate(request));
  expect(largestDifference(here, alone)).toBeGreaterThan(20); // the second one matters
  expect((await listImages('p')).find(({ loras: drawnWith }) => drawnWith?.length === 2)).toMatchObject({ likenessId: 'first', modelId: builtinModelId, loras, timestepSpacing: null });
});

test('an acceleration LoRA is drawn with beside a likeness; on a model that it was not made for it is refused with the reason', { timeout: 300_000 }, async () => {
  await storeTinyModel();
  const golden = async (name: string): Promise<Uint8Array<ArrayBuffer>> => new Uint8Array(await (await fetch(`/models/testing/golden/lora/${name}`)).arrayBuffer());
  await storeLikeness('first', await golden('kohya.safetensors'), tinyModelId);
  // Made for the tiny model as the LCM script of diffusers makes it; stored as the one of the catalogue.
  await saveModelFile({ modelId: 'lcm-lora-sd15', path: 'pytorch_lora_weights.safetensors' }, (await golden('lcm.safetensors')).buffer);
  const fast: LoraChoice = { kind: 'acceleration', id: 'lcm-lora-sd15', weight: 1 };
  const withBoth = await pictureOf(await engine.generate({ ...request, loras: [likeness('first', 1), fast], scheduler: 'lcm' }));
  const withOne = await pictureOf(await engine.generate({ ...request, scheduler: 'lcm' }));
  expect(largestDifference(withBoth, withOne)).toBeGreaterThan(20);

  await storeLikeness('of-builtin', await randomLikeness(1, /attn2/, 2), builtinModelId);
  const wrong = await engine.generate({ ...request, likenessId: 'of-builtin', loras: [likeness('of-builtin', 1), fast] });
  expect(refusal(wrong)).toMatchObject({ code: 'lora-incompatible', message: expect.stringMatching(/does not fit the model: .*(layers|it changes)/) as string });
  const unknown = await engine.generate({ ...request, loras: [likeness('first', 1), { ...fast, id: 'taesd' }] });
  expect(refusal(unknown)).toMatchObject({ code: 'job-invalid' });
  // The refused job left nothing behind.
  expect(largestDifference(await pictureOf(await engine.generate({ ...request, scheduler: 'lcm' })), withOne)).toBe(0);
});

test('pictures are shown while they form, each marked, and none where they are not asked for', { timeout: 300_000 }, async () => {
  await storeLikeness('first', await randomLikeness(1, /attn2/, 2), builtinModelId);
  const shown = async (previews: boolean): Promise<(readonly [step: number, png: Uint8Array])[]> =>
    (await engine.generate({ ...request, steps: 4, previews })).flatMap((event) => (event.kind === 'preview' ? [[event.step, event.png] as const] : []));
  const previews = await shown(true);
  expect(previews.length).toBeGreaterThan(0);
  for (const [step, png] of previews) {
    expect(step).toBeLessThan(4);
    expect(isMarkedMadeWithAi(png)).toBe(true);
    expect((await decodePicture(new Blob([png.slice()]))).widthPx).toBe(192);
  }
  expect(await shown(false)).toEqual([]);
});

interface Published {
  readonly model_index: unknown;
  readonly unet: unknown;
  readonly text_encoder: unknown;
  readonly vae: unknown;
  readonly scheduler: unknown;
}

/** A model of the published shape as far as it is read without drawing: configurations, tokenizer, and the headers of its weights. */
async function storeHeaders(modelId: string, published: Published): Promise<void> {
  const model = readStableDiffusion({ modelIndex: published.model_index, unet: published.unet, textEncoder: published.text_encoder, vae: published.vae });
  const text = (value: unknown): ArrayBuffer => ownBuffer(new TextEncoder().encode(JSON.stringify(value)));
  await storeTinyModel();
  for (const { path } of await listModelFiles(tinyModelId)) {
    if (path.startsWith('tokenizer/')) await saveModelFile({ modelId, path }, await (await fetch(`/models/testing/golden/pipeline/${path}`)).arrayBuffer());
  }
  await saveModelFile({ modelId, path: 'model_index.json' }, text(published.model_index));
  for (const part of ['unet', 'text_encoder', 'vae'] as const) await saveModelFile({ modelId, path: `${part}/config.json` }, text(published[part]));
  await saveModelFile({ modelId, path: 'scheduler/scheduler_config.json' }, text(published.scheduler));
  const graphs: Readonly<Record<string, readonly Graph[]>> = {
    'unet/diffusion_pytorch_model.safetensors': [model.buildUnet({ batch: 1, height: 8, width: 8, contextLength: 1, attention: 'fused' })],
    'text_encoder/model.safetensors': [model.buildTextEncoder({ batch: 1, length: 77 })],
    'vae/diffusion_pytorch_model.safetensors': [model.buildImageEncoder({ batch: 1, height: 64, width: 64 }), model.buildImageDecoder({ batch: 1, height: 8, width: 8 })],
  };
  for (const [path, parts] of Object.entries(graphs)) {
    const [header, sizeBytes] = headerOf(parts);
    const others = (await listModelFiles(modelId)).filter((file) => file.path !== path);
    await planModel({ id: modelId, label: modelId, source: { kind: 'local', name: modelId }, licence: null, addedAt: 1 }, [...others, { path, sizeBytes, sha256: null }]);
    // The first part and the last: what lies between is weights, which nobody reads here.
    await saveChunk({ modelId, path }, 0, header);
    await saveChunk({ modelId, path }, Math.floor(sizeBytes / chunkBytes), new ArrayBuffer(sizeBytes % chunkBytes));
    await updateModelFile({ modelId, path }, { isVerified: true });
  }
  await completeModel(modelId);
}

/** The first bytes of a safetensors file with these parameters, and how long it would be. */
function headerOf(graphs: readonly Graph[]): readonly [ArrayBuffer, number] {
  const shapes = new Map(graphs.flatMap(({ parameters }) => parameters.map(({ name, shape }) => [name.replace(/^(unet|text_encoder|vae)\./, ''), shape] as const)));
  let end = 0;
  const entries = [...shapes].map(([name, shape]) => [name, { dtype: 'F16', shape, data_offsets: [end, (end += 2 * elementCount(shape))] }] as const);
  const json = new TextEncoder().encode(JSON.stringify(Object.fromEntries(entries)));
  const bytes = new Uint8Array(8 + json.length);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(json.length), true);
  bytes.set(json, 8);
  return [bytes.buffer, 8 + json.length + end];
}

test('what is offered for a model depends on its shape and on what is here', { timeout: 120_000 }, async () => {
  const published = async (name: string): Promise<Published> => (await (await fetch(`/models/testing/reference/conformance/published/${name}.json`)).json()) as Published;
  await storeHeaders('own-sd15', await published('sd-1.5'));
  expect(await engine.api.drawingOptions('own-sd15')).toEqual({ accelerations: [], previews: false });
  for (const id of ['hyper-sd15-8', 'lcm-lora-sd15', 'taesd']) await saveModelFile({ modelId: id, path: 'file' }, new ArrayBuffer(8));
  expect(await engine.api.drawingOptions('own-sd15')).toEqual({ accelerations: ['lcm-lora-sd15', 'hyper-sd15-8'], previews: true });
  expect(await engine.api.drawingOptions(tinyModelId)).toEqual({ accelerations: [], previews: true });
  expect(await engine.api.drawingOptions(builtinModelId)).toEqual({ accelerations: [], previews: true });
  await expect(engine.api.drawingOptions('nowhere')).rejects.toMatchObject({ code: 'model-file-missing' });
});
