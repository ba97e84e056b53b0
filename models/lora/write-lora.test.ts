import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { parseSafetensors, writeSafetensors } from '../formats/safetensors.ts';
import { narrowToHalves } from '../tensor/float16.ts';
import type { Shape } from '../tensor/shape.ts';
import { float32, tensor, type Tensor } from '../tensor/tensor.ts';
import { convertLora } from './convert-lora.ts';
import { likenessMetadata, type LikenessFacts } from './likeness-metadata.ts';
import { fingerprintOf, modulesOf } from './lora-base.ts';
import type { LoraFactors } from './lora-weights.ts';
import { mergeLora } from './merge-lora.ts';
import { readLora } from './read-lora.ts';
import { writeLora } from './write-lora.ts';

const path = 'unet.down_blocks.0.attentions.1.transformer_blocks.0.attn1.to_out.0';
const factors: LoraFactors = { down: float32([2, 3], [1, 2, 3, 4, 5, 6]), up: float32([4, 2], [1, 0, 0, 1, 1, 1, 0.5, 2]), scale: 0.5 };
const weights = new Map([[path, factors]]);
const base = { modules: new Map<string, Shape>([[path, [4, 3]]]), fingerprint: null };
const facts: LikenessFacts = {
  lora: { rank: 2, alpha: 1, targets: 'attention' },
  baseModel: 'dreamshaper-8',
  baseFingerprint: '0123456789abcdef',
  baseLicence: { name: 'Some licence', link: 'https://example.org/licence', restrictions: ['To harm', 'To deceive'] },
  textWidth: 768,
  resolutionPx: 512,
  samples: 1600,
  learningRate: 1e-4,
  seed: 7,
  predictionType: 'epsilon',
  triggerPhrase: 'ohwx woman',
};

test('a likeness is written under the names that kohya, A1111 and diffusers read, in float16', () => {
  const { tensors } = parseSafetensors(writeLora(weights));
  const name = 'lora_unet_down_blocks_0_attentions_1_transformer_blocks_0_attn1_to_out_0';
  expect([...tensors.keys()].sort()).toEqual([`${name}.alpha`, `${name}.lora_down.weight`, `${name}.lora_up.weight`]);
  expect(tensors.get(`${name}.alpha`)!.data[0]).toBe(1);
  expect(tensors.get(`${name}.lora_up.weight`)!.dtype).toBe('float16');
});

test('what was written is read back: small numbers survive half precision exactly', () => {
  expect(readLora({ bytes: writeLora(weights) }, base).get(path)).toEqual(factors);
});

test('a file of kohya has one alpha, the most common: diffusers would read an attention layer with another one wrongly', () => {
  const other: LoraFactors = { ...factors, scale: 2 };
  const file = writeLora(
    new Map([
      [path, factors],
      [`${path}.second`, factors],
      [`${path}.third`, other],
    ]),
  );
  const alphas = [...parseSafetensors(file).tensors].filter(([name]) => name.endsWith('.alpha')).map(([, { data }]) => data[0]);
  expect(alphas).toEqual([1, 1, 1]);
  const read = readLora({ bytes: file }, { ...base, modules: new Map([path, `${path}.second`, `${path}.third`].map((layer) => [layer, [4, 3]])) }).get(
    `${path}.third`,
  )!;
  expect([read.scale, ...read.up.data]).toEqual([0.5, ...other.up.data.map((value) => 4 * value)]);
});

test('the layout of peft has the scale in the second factor, and no rank or alpha of kohya beside it', () => {
  const file = writeLora(weights, likenessMetadata(facts), 'peft');
  const { tensors, metadata } = parseSafetensors(file);
  expect([...tensors.keys()]).toEqual([`${path}.lora_A.weight`, `${path}.lora_B.weight`]);
  expect(metadata).not.toHaveProperty('ss_network_alpha');
  const read = readLora({ bytes: file }, base).get(path)!;
  expect([read.scale, ...read.up.data]).toEqual([1, 0.5, 0, 0, 0.5, 0.5, 0.5, 0.25, 1]);
});

describe('metadata', () => {
  test('the minimum that kohya asks for, the hash by which A1111 finds a file, and what ours adds', () => {
    const file = writeLora(weights, likenessMetadata(facts));
    const { metadata } = parseSafetensors(file);
    for (const name of ['ss_v2', 'ss_base_model_version', 'ss_network_module', 'ss_network_dim', 'ss_network_alpha', 'ss_network_args'])
      expect(metadata[name], name).toBeDefined();
    const headerBytes = Number(new DataView(file.buffer).getBigUint64(0, true));
    expect(metadata['sshs_model_hash']).toBe(
      createHash('sha256')
        .update(file.subarray(8 + headerBytes))
        .digest('hex'),
    );
    expect(metadata).toMatchObject({
      ss_base_model_version: 'sd_v1',
      likeness_base_fingerprint: '0123456789abcdef',
      'modelspec.architecture': 'stable-diffusion-v1/lora',
      'modelspec.license': 'Some licence, https://example.org/licence',
      likeness_use_restrictions: 'To harm; To deceive',
    });
  });

  test('Stable Diffusion 2.x is named as kohya names it', () => {
    expect(likenessMetadata({ ...facts, textWidth: 1024, predictionType: 'v_prediction' })).toMatchObject({
      ss_v2: 'True',
      ss_base_model_version: 'sd_v2_v',
      'modelspec.architecture': 'stable-diffusion-v2-768-v/lora',
      'modelspec.prediction_type': 'v',
    });
  });

  test('nothing in it tells when, where or from which photos it was made', () => {
    const names = Object.keys(likenessMetadata(facts));
    expect(names.filter((name) => /date|dir|image|user|photo|path/.test(name))).toEqual([]);
  });
});

describe('the fingerprint of a model', () => {
  const values = [0.5, -1.25, 3];
  const model = (tensors: Readonly<Record<string, Tensor>>) => ({
    entries: () => new Map(Object.entries(tensors)),
    read: (name: string) => Promise.resolve(tensors[name]),
  });
  const half = tensor('float16', [3], narrowToHalves(Float32Array.from(values)));
  const kernel = float32([1, 1, 1, 1], [1]);

  test('is the same for float16 and float32 and for any order of the files, and another for other weights', async () => {
    const first = await fingerprintOf(model({ 'unet.a.bias': float32([3], values), 'unet.b.bias': half, 'unet.conv_in.weight': kernel }));
    expect(await fingerprintOf(model({ 'unet.conv_in.weight': kernel, 'unet.b.bias': float32([3], values), 'unet.a.bias': half }))).toBe(first);
    expect(await fingerprintOf(model({ 'unet.a.bias': float32([3], [0.5, -1.25, 3.01]), 'unet.b.bias': half, 'unet.conv_in.weight': kernel }))).not.toBe(first);
    expect(first).toMatch(/^[0-9a-f]{16}$/);
  });

  test('the layers that a LoRA may change are the matrices and kernels of UNet and text encoder', () => {
    expect([
      ...modulesOf(
        new Map<string, Tensor>([
          ['unet.conv_in.weight', kernel],
          ['unet.a.weight', half],
          ['vae.conv.weight', kernel],
          ['unet.conv_in.bias', half],
        ]),
      ).keys(),
    ]).toEqual(['unet.conv_in']);
  });
});

describe('merging', () => {
  test('adds weight x scale x up x down, twice for the same likeness given twice', () => {
    const unmerged = new Map([[`${path}.weight`, float32([4, 3], new Array<number>(12).fill(10))]]);
    const merged = mergeLora(unmerged, [
      { weights, weight: 1 },
      { weights, weight: 1 },
    ]);
    expect([...merged.get(`${path}.weight`)!.data]).toEqual([11, 12, 13, 14, 15, 16, 15, 17, 19, 18.5, 21, 23.5]);
    expect(unmerged.get(`${path}.weight`)!.data[0]).toBe(10);
  });

  test.each([1, 3, 4, 6])('gives the product at rank %i and more columns than a tile', (rank) => {
    const [outputs, inputs] = [3, 2500];
    const value = (index: number): number => Math.fround(Math.sin(index));
    const large: LoraFactors = {
      down: float32(
        [rank, inputs],
        Array.from({ length: rank * inputs }, (_, i) => value(i)),
      ),
      up: float32(
        [outputs, rank],
        Array.from({ length: outputs * rank }, (_, i) => value(7 * i + 1)),
      ),
      scale: 0.5,
    };
    const { data } = mergeLora(new Map([['unet.x.weight', float32([outputs, inputs], new Array<number>(outputs * inputs).fill(1))]]), [
      { weights: new Map([['unet.x', large]]), weight: 2 },
    ]).get('unet.x.weight')!;
    for (let at = 0; at < data.length; at += 101) {
      const [row, column] = [Math.floor(at / inputs), at % inputs];
      const product = Array.from({ length: rank }, (_, r) => large.up.data[row * rank + r]! * large.down.data[r * inputs + column]!).reduce(
        (sum, term) => sum + term,
        1,
      );
      expect(data[at]).toBeCloseTo(product, 5);
    }
  });

  test('into a weight of another size says both sizes', () => {
    const other = new Map([[`${path}.weight`, float32([4, 4], new Array<number>(16).fill(0))]]);
    expect(() => mergeLora(other, [{ weights, weight: 1 }])).toThrow("[4, 2] x [2, 3], the model's weight is [4, 4]");
  });
});

test('a file of another layout is rewritten with what it says of itself, and without what only its old layout means', () => {
  const peft = new Map([
    [`${path}.lora_A.weight`, factors.down],
    [`${path}.lora_B.weight`, factors.up],
  ]);
  const source = { bytes: writeSafetensors(peft, { lora_adapter_metadata: '{"unet.lora_alpha": 1}', 'modelspec.trigger_phrase': 'ohwx man' }) };
  const converted = convertLora(source, base, 'kohya');
  expect(readLora({ bytes: converted }, base).get(path)).toEqual(factors);
  expect(Object.keys(parseSafetensors(converted).metadata).sort()).toEqual(['modelspec.trigger_phrase', 'sshs_model_hash']);
});
