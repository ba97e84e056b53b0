/** @file What the person says that a model predicts: drawn with as the command line draws with `--prediction`, learned with, and taken back. */
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { commands } from 'vitest/browser';
import { parseSafetensors } from '#models/formats/safetensors.ts';
import { deleteEverything } from '#storage/delete-everything.ts';
import { readImageFile } from '#storage/image-store.ts';
import { readLikenessWeights, saveLikeness } from '#storage/likeness-store.ts';
import { savePrediction } from '#storage/model-store.ts';
import type { GenerateRequest } from '../contract/engine.ts';
import { decodePicture } from '../host/browser-pictures.ts';
import { EngineUnderTest, likenessAlone, storePhotos, storeRun, storeTinyModel, tinyModelId } from './engine-fixture.ts';

const engine = new EngineUnderTest();
beforeAll(() => engine.api.configure({ backend: 'wasm' }));
afterAll(() => engine.worker.terminate());
beforeEach(async () => {
  await deleteEverything();
  await storeTinyModel(); // Its scheduler_config.json says epsilon.
});

const order = { styleId: 's', prompt: 'a portrait photo of ohwx woman', negativePrompt: 'blurry', seed: 11, guidance: 3 };
const request: GenerateRequest = { projectId: 'p', ...likenessAlone('likeness'), orders: [order], scheduler: 'ddim', steps: 2 };

async function drawn(): Promise<Uint8Array> {
  const events = await engine.generate(request);
  expect(events.at(-1)).toMatchObject({ kind: 'finished', made: 1 });
  const image = events.find((event) => event.kind === 'image')!;
  return (await decodePicture((await readImageFile(image.imageId))!)).rgb;
}

const largestDifference = (a: Uint8Array, b: Uint8Array): number => a.reduce((largest, value, i) => Math.max(largest, Math.abs(value - b[i]!)), 0);
const base64 = (bytes: Uint8Array): string => btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(''));

test(
  'a picture is drawn as the command line draws it with --prediction, also by an engine that has the model open, and is as before when it is taken back',
  { timeout: 300_000 },
  async () => {
    const file = new Uint8Array(await (await fetch('/models/testing/golden/lora/kohya.safetensors')).arrayBuffer());
    await saveLikeness(
      { id: 'likeness', projectId: 'p', runId: '', createdAt: 1, name: '', triggerPrompt: '', imported: { modelId: tinyModelId, subject: null } },
      file.slice().buffer,
    );
    const asTheFileSays = await drawn();
    await savePrediction(tinyModelId, 'v_prediction');
    const asSaid = await drawn();
    expect(largestDifference(asSaid, asTheFileSays)).toBeGreaterThan(20); // of 255

    const numbers = ['--seed', `${order.seed}`, '--guidance', `${order.guidance}`, '--steps', '2', '--scheduler', 'ddim'];
    const model = ['--model', 'models/testing/golden/pipeline', '--prediction', 'v_prediction', '--lora', 'DIR/likeness.safetensors'];
    const png = await commands.drawInNode([...model, '--prompt', order.prompt, '--negative', order.negativePrompt, ...numbers], {
      'likeness.safetensors': base64(file),
    });
    const inNode = (await decodePicture(await (await fetch(`data:image/png;base64,${png}`)).blob())).rgb;
    expect(asSaid.length).toBe(inNode.length);
    expect(largestDifference(asSaid, inNode)).toBeLessThanOrEqual(2); // two runtimes round differently

    await savePrediction(tinyModelId, null);
    expect(largestDifference(await drawn(), asTheFileSays)).toBe(0);
  },
);

test('a likeness is learned for what the person said, and its file says so', { timeout: 300_000 }, async () => {
  const photos = await storePhotos(3);
  const learned = async (id: string): Promise<{ predictionType: string | undefined; losses: readonly number[] }> => {
    await storeRun(id, photos, { samples: 4 });
    const events = await engine.train(id);
    expect(events.at(-1)).toMatchObject({ kind: 'finished' });
    const { metadata } = parseSafetensors(new Uint8Array((await readLikenessWeights(`likeness-${id}`))!));
    return { predictionType: metadata['modelspec.prediction_type'], losses: events.flatMap((event) => (event.kind === 'step' ? [event.loss] : [])) };
  };
  const noise = await learned('noise');
  await savePrediction(tinyModelId, 'v_prediction');
  const velocity = await learned('velocity');
  expect([noise.predictionType, velocity.predictionType]).toEqual(['epsilon', 'v']);
  expect(velocity.losses.length).toBeGreaterThan(0);
  // Same photos, same seed, same noise: only the target is another.
  expect(Math.abs(velocity.losses[0]! - noise.losses[0]!)).toBeGreaterThan(0.01);
});
