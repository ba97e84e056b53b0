import { expect, test } from 'vitest';
import { parseSafetensors, writeSafetensors } from '../formats/safetensors.ts';
import { float32 } from '../tensor/tensor.ts';
import { readLora, writeKohyaLora } from './lora-file.ts';
import type { LoraFactors } from './lora-weights.ts';
import { mergeLora } from './merge-lora.ts';

const path = 'unet.down_blocks.0.attentions.1.transformer_blocks.0.attn1.to_out.0';
const factors: LoraFactors = { down: float32([2, 3], [1, 2, 3, 4, 5, 6]), up: float32([4, 2], [1, 0, 0, 1, 1, 1, 0.5, 2]), scale: 0.5 };
const paths = [path, 'unet.conv_in'];

test('a likeness is written under the names that kohya, A1111 and diffusers read', () => {
  const { tensors } = parseSafetensors(writeKohyaLora(new Map([[path, factors]])));
  const name = 'lora_unet_down_blocks_0_attentions_1_transformer_blocks_0_attn1_to_out_0';
  expect([...tensors.keys()].sort()).toEqual([`${name}.alpha`, `${name}.lora_down.weight`, `${name}.lora_up.weight`]);
  expect(tensors.get(`${name}.alpha`)!.data[0]).toBe(1);
});

test('what was written is read back: small numbers survive half precision exactly', () => {
  expect(readLora(writeKohyaLora(new Map([[path, factors]])), paths).get(path)).toEqual(factors);
});

test('a PEFT file without metadata means alpha equals rank', () => {
  const file = writeSafetensors(new Map([[`${path}.lora_A.weight`, factors.down], [`${path}.lora_B.weight`, factors.up]]));
  expect(readLora(file, paths).get(path)).toEqual({ ...factors, scale: 1 });
});

test('a likeness of another model is refused by its layers', () => {
  expect(() => readLora(writeKohyaLora(new Map([[path, factors]])), ['unet.conv_in'])).toThrow(expect.objectContaining({ code: 'lora-incompatible' }));
});

test('a file with one factor of a pair, or with none at all, is refused', () => {
  const single = writeSafetensors(new Map([[`${path}.lora_A.weight`, factors.down]]));
  expect(() => readLora(single, paths)).toThrow('only one of its two factors');
  expect(() => readLora(writeSafetensors(new Map([['x', factors.down]])), paths)).toThrow(expect.objectContaining({ code: 'lora-incompatible' }));
});

test('merging adds weight x scale x up x down, twice for the same likeness given twice', () => {
  const base = new Map([[`${path}.weight`, float32([4, 3], new Array<number>(12).fill(10))]]);
  const merged = mergeLora(base, [{ weights: new Map([[path, factors]]), weight: 1 }, { weights: new Map([[path, factors]]), weight: 1 }]);
  expect([...merged.get(`${path}.weight`)!.data]).toEqual([11, 12, 13, 14, 15, 16, 15, 17, 19, 18.5, 21, 23.5]);
  expect(base.get(`${path}.weight`)!.data[0]).toBe(10);
});

test('merging into a weight of another size says both sizes', () => {
  const base = new Map([[`${path}.weight`, float32([4, 4], new Array<number>(16).fill(0))]]);
  expect(() => mergeLora(base, [{ weights: new Map([[path, factors]]), weight: 1 }])).toThrow('[4, 2] x [2, 3], the model\'s weight is [4, 4]');
});
