/** @file Several LoRAs in one job: the picture of the command line, wrong ones refused, pictures shown while they form, and what is offered for which model. */
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { commands } from 'vitest/browser';
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
import { saveModelFile } from '#storage/model-file-store.ts';
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
  const draw = (shape: Shape, spread: number) =>
    float32(
      shape,
      random.normal(elementCount(shape)).map((value) => value * spread),
    );
  const factors = new Map<string, LoraFactors>(
    modules.map(([path, [outputs, ...inputs]]) => [
      path,
      { down: draw([rank, ...inputs], 0.25), up: draw(inputs.length > 1 ? [outputs!, rank, 1, 1] : [outputs!, rank], 0.25), scale: 0.5 },
    ]),
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
  expect((await listImages('p')).find(({ loras: drawnWith }) => drawnWith?.length === 2)).toMatchObject({
    likenessId: 'first',
    modelId: builtinModelId,
    loras,
    timestepSpacing: null,
  });
});

test(
  'an acceleration LoRA is drawn with beside a likeness; on a model that it was not made for it is refused with the reason',
  { timeout: 300_000 },
  async () => {
    await storeTinyModel();
    const golden = async (name: string): Promise<Uint8Array<ArrayBuffer>> =>
      new Uint8Array(await (await fetch(`/models/testing/golden/lora/${name}`)).arrayBuffer());
    await storeLikeness('first', await golden('kohya.safetensors'), tinyModelId);
    // Made for the tiny model as the LCM script of diffusers makes it; stored as the one of the catalogue.
    await saveModelFile({ modelId: 'lcm-lora-sd15', path: 'pytorch_lora_weights.safetensors' }, (await golden('lcm.safetensors')).buffer);
    const fast: LoraChoice = { kind: 'acceleration', id: 'lcm-lora-sd15', weight: 1 };
    const withBoth = await pictureOf(await engine.generate({ ...request, loras: [likeness('first', 1), fast], scheduler: 'lcm' }));
    const withOne = await pictureOf(await engine.generate({ ...request, scheduler: 'lcm' }));
    expect(largestDifference(withBoth, withOne)).toBeGreaterThan(20);

    await storeLikeness('of-builtin', await randomLikeness(1, /attn2/, 2), builtinModelId);
    const wrong = await engine.generate({ ...request, likenessId: 'of-builtin', loras: [likeness('of-builtin', 1), fast] });
    expect(refusal(wrong)).toMatchObject({
      code: 'lora-incompatible',
      message: expect.stringMatching(/does not fit the model: .*(layers|it changes)/) as string,
    });
    const unknown = await engine.generate({ ...request, loras: [likeness('first', 1), { ...fast, id: 'taesd' }] });
    expect(refusal(unknown)).toMatchObject({ code: 'job-invalid' });
    // The refused job left nothing behind.
    expect(largestDifference(await pictureOf(await engine.generate({ ...request, scheduler: 'lcm' })), withOne)).toBe(0);
  },
);

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

test('what is offered for a model depends on its shape and on what is here', { timeout: 120_000 }, async () => {
  const published = (await (await fetch('/models/testing/reference/conformance/published/sd-1.5.json')).json()) as Readonly<Record<string, unknown>>;
  const configurations = {
    'model_index.json': 'model_index',
    'unet/config.json': 'unet',
    'text_encoder/config.json': 'text_encoder',
    'vae/config.json': 'vae',
  };
  for (const [path, part] of Object.entries(configurations))
    await saveModelFile({ modelId: 'own-sd15', path }, ownBuffer(new TextEncoder().encode(JSON.stringify(published[part]))));
  await storeTinyModel();
  expect(await engine.api.drawingOptions('own-sd15')).toEqual({ accelerations: [], previews: false });
  for (const id of ['hyper-sd15-8', 'lcm-lora-sd15', 'taesd']) await saveModelFile({ modelId: id, path: 'file' }, new ArrayBuffer(8));
  expect(await engine.api.drawingOptions('own-sd15')).toEqual({ accelerations: ['lcm-lora-sd15', 'hyper-sd15-8'], previews: true });
  expect(await engine.api.drawingOptions(tinyModelId)).toEqual({ accelerations: [], previews: true });
  expect(await engine.api.drawingOptions(builtinModelId)).toEqual({ accelerations: [], previews: true });
  await expect(engine.api.drawingOptions('nowhere')).rejects.toMatchObject({ code: 'model-file-missing' });
});
