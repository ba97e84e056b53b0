/** @file Likeness files in the browser: those of other libraries are taken, drawn with and written again; wrong ones are refused with the reason. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { writeSafetensors } from '#models/formats/safetensors.ts';
import { openLora } from '#models/lora/lora-contents.ts';
import { float32 } from '#models/tensor/tensor.ts';
import { deleteEverything } from '#storage/delete-everything.ts';
import { readImageFile } from '#storage/image-store.ts';
import { findLikeness, listLikenesses, saveLikeness } from '#storage/likeness-store.ts';
import type { GenerateRequest } from '../contract/engine.ts';
import { EngineUnderTest, likenessAlone, storeTinyModel, tinyModelId } from './engine-fixture.ts';

const engine = new EngineUnderTest();
beforeAll(() => engine.api.configure({ backend: 'wasm' }));
afterAll(() => engine.worker.terminate());
beforeEach(async () => {
  await deleteEverything();
  await storeTinyModel();
});

const golden = async (name: string): Promise<Blob> => (await fetch(`/models/testing/golden/lora/${name}`)).blob();
const take = (file: Blob, adapterConfig: string | null = null): Promise<string> =>
  engine.api.importLikeness({ projectId: 'p', modelId: 'builtin', file, adapterConfig });
const refused = (code: string, message: string | RegExp) =>
  expect.objectContaining({ code, message: expect.stringMatching(message) as string, help: expect.any(String) as string });

async function draw(likenessId: string): Promise<Uint8Array> {
  const request: GenerateRequest = {
    projectId: 'p',
    ...likenessAlone(likenessId),
    orders: [{ styleId: 's', prompt: 'a portrait of a woman', negativePrompt: '', seed: 11, guidance: 4 }],
    scheduler: 'ddim',
    steps: 2,
  };
  const events = await engine.generate(request);
  const image = events.find((event) => event.kind === 'image');
  expect(events.at(-1)).toMatchObject({ kind: 'finished', made: 1 });
  return new Uint8Array(await (await readImageFile(image!.imageId))!.arrayBuffer());
}

describe('bringing a file', () => {
  test('finds the model it fits, which is not the built-in one, and draws with it', async () => {
    const id = await take(await golden('kohya.safetensors'));
    expect(await findLikeness(id)).toMatchObject({ projectId: 'p', runId: '', imported: { modelId: tinyModelId, subject: null } });
    const other = await take(await golden('cloneofsimo-2023.safetensors'));
    expect(await draw(id)).not.toEqual(await draw(other));
  });

  test('a file of peft takes its strength from the configuration beside it, and keeps it', async () => {
    const [weights, config] = [await golden('peft-folder/adapter_model.safetensors'), await (await golden('peft-folder/adapter_config.json')).text()];
    const id = await take(weights, config);
    const stored = openLora({ bytes: new Uint8Array(await (await engine.api.exportLikeness(id, 'kohya')).arrayBuffer()) });
    expect(stored.layout).toBe('kohya');
    await expect(take(weights)).rejects.toEqual(refused('lora-damaged', 'adapter_config.json'));
  });

  test('the words that call the person come from the file', async () => {
    const bytes = new Uint8Array(await (await golden('kohya-bfloat16.safetensors')).arrayBuffer());
    const { tensors } = openLora({ bytes });
    const id = await take(new Blob([writeSafetensors(tensors, { 'modelspec.trigger_phrase': 'abcd man' })]));
    expect(await findLikeness(id)).toMatchObject({
      triggerPrompt: 'a close up portrait of abcd man',
      imported: { subject: { token: 'abcd', personClass: 'man' } },
    });
  });

  test('a wrong file is refused with what it is, and nothing is stored', async () => {
    await expect(take(new Blob(['not a likeness']))).rejects.toEqual(refused('lora-damaged', 'safetensors'));
    await expect(take(new Blob([Uint8Array.of(0x50, 0x4b, 3, 4, 0, 0, 0, 0)]))).rejects.toEqual(refused('weights-pickled', 'pickle'));
    const one = float32([1], [1]);
    await expect(take(new Blob([writeSafetensors(new Map([['lora_unet_a.hada_w1_a', one]]))]))).rejects.toEqual(refused('lora-unsupported', 'LoHa'));
    const foreign = new Map([
      ['lora_unet_elsewhere.lora_down.weight', one],
      ['lora_unet_elsewhere.lora_up.weight', one],
    ]);
    await expect(take(new Blob([writeSafetensors(foreign)]))).rejects.toEqual(refused('lora-incompatible', 'not in this model'));
    expect(await listLikenesses('p')).toEqual([]);
  });
});

describe('saving a file', () => {
  test.each(['kohya', 'peft'] as const)('in the layout of %s, from another one', async (layout) => {
    const bytes = await (await golden('old-diffusers.safetensors')).arrayBuffer();
    await saveLikeness(
      { id: 'l', projectId: 'p', runId: '', createdAt: 0, name: '', triggerPrompt: '', imported: { modelId: tinyModelId, subject: null } },
      bytes,
    );
    const { layout: written, modules } = openLora({ bytes: new Uint8Array(await (await engine.api.exportLikeness('l', layout)).arrayBuffer()) });
    expect([written, modules.size]).toEqual([layout, openLora({ bytes: new Uint8Array(bytes) }).modules.size]);
  });

  test('of a likeness that was deleted says so', async () => {
    await expect(engine.api.exportLikeness('gone', 'peft')).rejects.toEqual(refused('job-invalid', 'not in storage'));
  });
});
