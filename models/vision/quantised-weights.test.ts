import { expect, test } from 'vitest';
import { parseSafetensors, writeSafetensors } from '../formats/safetensors.ts';
import { toHalfBits } from '../tensor/float16.ts';
import { float32, tensor, type Tensor } from '../tensor/tensor.ts';
import { channelSteps, stepName, widenQuantised, zeroName } from './quantised-weights.ts';

const { step, zero } = channelSteps({ scale: 0.5, min: -10 }, [1, 2]);
const stored = new Map<string, Tensor>([
  ['w', tensor('bool', [2, 3], Uint8Array.of(0, 1, 255, 0, 1, 255))],
  [stepName('w'), step],
  [zeroName('w'), zero],
  ['half', tensor('float16', [1], Uint16Array.of(toHalfBits(1.5)))],
  ['bias', float32([2], [3, 4])],
]);

test('bytes become numbers of their channel, halves are widened, the rest stays; steps and zeros are gone', () => {
  const widened = widenQuantised(stored);
  expect([...widened.keys()].sort()).toEqual(['bias', 'half', 'w']);
  expect([...widened.get('w')!.data]).toEqual([-10, -9.5, 117.5, -20, -19, 235]);
  expect(widened.get('w')!.shape).toEqual([2, 3]);
  expect([...widened.get('half')!.data]).toEqual([1.5]);
  expect(widened.get('bias')).toBe(stored.get('bias'));
});

test('a file keeps bytes as U8', () => {
  const file = writeSafetensors(stored);
  expect(new TextDecoder().decode(file.subarray(8, 400))).toContain('"w":{"dtype":"U8"');
  expect(widenQuantised(parseSafetensors(file).tensors).get('w')!.data).toEqual(widenQuantised(stored).get('w')!.data);
});

test('bytes without their steps are refused', () => {
  const lost = new Map([...stored].filter(([name]) => name !== stepName('w')));
  expect(() => widenQuantised(lost)).toThrow(expect.objectContaining({ code: 'weights-missing' }));
});
