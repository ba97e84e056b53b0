import { readdirSync, readFileSync, statSync } from 'node:fs';
import { expect, test } from 'vitest';
import { AppError } from '../errors/app-error.ts';
import { parseSafetensors, writeSafetensors } from '../formats/safetensors.ts';
import { modulesOf } from '../lora/lora-base.ts';
import { initializeLora } from '../lora/lora-weights.ts';
import { float32, type Tensor } from '../tensor/tensor.ts';
import { memoryFolder } from '../testing/memory-folder.ts';
import { watchedRunner } from '../testing/watched-runner.ts';
import { ComponentWeights } from './component-weights.ts';
import { LoadedModel } from './loaded-model.ts';
import { openModel } from './open-model.ts';

const root = new URL('../testing/golden/pipeline/', import.meta.url);
const paths = (readdirSync(root, { recursive: true }) as string[]).filter((path) => statSync(new URL(path, root)).isFile());
const files: Record<string, unknown> = Object.fromEntries(paths.map((path) => [path, new Uint8Array(readFileSync(new URL(path, root)))]));

/** Counts its calls, and refuses the one with this number. */
function stopAt(call: number): { readonly before: () => Promise<void>; readonly calls: () => number } {
  let calls = 0;
  const before = async (): Promise<void> => {
    if (++calls === call) throw new AppError('cancelled', { message: 'stopped' });
  };
  return { before, calls: () => calls };
}

test('a model whose last part is damaged leaves nothing of its first parts on the device', async () => {
  const path = 'vae/diffusion_pytorch_model.safetensors';
  const tensors = new Map<string, Tensor>(parseSafetensors(files[path] as Uint8Array).tensors);
  const [name, { shape }] = [...tensors].find(([, { data }]) => data.length === 3)!;
  tensors.set(name, float32(shape, [NaN, 0, 0]));
  const { runner, held } = watchedRunner();
  await expect(LoadedModel.load(runner, memoryFolder('m', { ...files, [path]: writeSafetensors(tensors) }))).rejects.toMatchObject({ code: 'weights-corrupt' });
  expect(held.size).toBe(0);
});

test('placing can be stopped before every weight, is then as if it had not begun, and can begin again', async () => {
  const { runner, held } = watchedRunner();
  const model = await LoadedModel.open(runner, memoryFolder('m', files));
  const count = model.storedWeights.placedNames('unet').length;
  await expect(model.placeAll(stopAt(count + 3).before)).rejects.toMatchObject({ code: 'cancelled' });
  expect(model.presentComponents).toEqual(['unet']);
  const { before, calls } = stopAt(Infinity);
  await model.placeAll(before);
  expect(calls()).toBe(model.storedWeights.placedNames('text_encoder').length + model.storedWeights.placedNames('vae').length);
  expect(held.size).toBe(3);
});

test('merging in place can be stopped among the weights that it does not change, too', async () => {
  const { runner, held } = watchedRunner();
  const model = await LoadedModel.open(runner, memoryFolder('m', files));
  const [path, shape] = [...modulesOf(model.storedWeights.entries())].find(([name, { length }]) => name.endsWith('.to_q') && length === 2)!;
  const weights = initializeLora([{ path, downShape: [2, shape[1]!], upShape: [shape[0]!, 2] }], 1, 0);
  await expect(model.placeMerged([{ weights, weight: 1 }], { beforeLayer: stopAt(5).before })).rejects.toMatchObject({ code: 'cancelled' });
  expect([model.presentComponents, held.size]).toEqual([[], 0]);
});

test('a placing that fails late does not take away the one that was begun after it', async () => {
  const { runner, held } = watchedRunner();
  const { weights: stored } = await openModel(memoryFolder('m', files));
  const weights = new ComponentWeights(runner, stored);
  const failing = weights.of('unet', stopAt(20).before);
  const freeing = weights.free('unet');
  const again = weights.of('unet');
  await expect(failing).rejects.toMatchObject({ code: 'cancelled' });
  await expect(freeing).rejects.toMatchObject({ code: 'cancelled' });
  expect([weights.present, await weights.of('unet')]).toEqual([['unet'], await again]);
  await weights.free('unet');
  expect(held.size).toBe(0);
});
