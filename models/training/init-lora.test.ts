import { expect, test } from 'vitest';
import { isAppError } from '../errors/app-error.ts';
import { initializeLora, type LoraModule } from '../lora/lora-weights.ts';
import { startFromLora } from './init-lora.ts';

const modules: LoraModule[] = ['unet.a', 'unet.b'].map((path) => ({ path, downShape: [2, 3], upShape: [4, 2] }));

test('a run starts from a copy that changes the model as the LoRA did, whatever its own scale is', () => {
  const initial = initializeLora(modules, 0.5, 1);
  initial.get('unet.a')!.up.data.fill(3);
  const started = startFromLora(initial, modules, 2);
  expect(started.get('unet.a')).toMatchObject({ scale: 2 });
  expect(started.get('unet.a')!.up.data[0]! * 2).toBe(3 * 0.5);
  expect(started.get('unet.a')!.down.data).toEqual(initial.get('unet.a')!.down.data);
  started.get('unet.a')!.down.data.fill(9);
  expect(initial.get('unet.a')!.down.data[0]).not.toBe(9);
});

test.each<[string, LoraModule[], RegExp]>([
  ['a layer less', modules.slice(0, 1), /has unet\.b/],
  ['a layer more', [...modules, { ...modules[0]!, path: 'unet.c' }], /lacks unet\.c/],
  ['another rank', modules.map((module) => ({ ...module, downShape: [8, 3], upShape: [4, 8] })), /lacks unet\.a.*\[8, 3\]/],
])('a run that learns %s refuses it by name', (_, wanted, message) => {
  const initial = initializeLora(modules, 1, 1);
  try {
    startFromLora(initial, wanted, 1);
  } catch (error) {
    if (!isAppError(error, 'lora-incompatible')) throw error;
    expect(error.message).toMatch(message);
    return;
  }
  expect.unreachable('it was taken');
});
