import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { writeSafetensors } from '../formats/safetensors.ts';
import type { Shape } from '../tensor/shape.ts';
import { float32, tensor, zeros, type Tensor } from '../tensor/tensor.ts';
import { openLora } from './lora-contents.ts';
import type { LoraBase } from './lora-base.ts';
import { readLora } from './read-lora.ts';

const path = 'unet.down_blocks.0.attentions.1.transformer_blocks.0.attn1.to_out.0';
const name = 'lora_unet_down_blocks_0_attentions_1_transformer_blocks_0_attn1_to_out_0';
const factors = { down: float32([2, 3], [1, 2, 3, 4, 5, 6]), up: float32([4, 2], [1, 0, 0, 1, 1, 1, 0.5, 2]) };
const base: LoraBase = {
  modules: new Map<string, Shape>([
    [path, [4, 3]],
    ['unet.conv_in', [8, 4, 3, 3]],
  ]),
  fingerprint: 'aaaa',
};

const file = (tensors: Readonly<Record<string, Tensor>>, metadata: Readonly<Record<string, string>> = {}) => ({
  bytes: writeSafetensors(new Map(Object.entries(tensors)), metadata),
});
const kohyaFile = (extra: Readonly<Record<string, Tensor>> = {}, metadata: Readonly<Record<string, string>> = {}) =>
  file({ [`${name}.lora_down.weight`]: factors.down, [`${name}.lora_up.weight`]: factors.up, [`${name}.alpha`]: float32([], [1]), ...extra }, metadata);
const peftFile = (metadata: Readonly<Record<string, string>> = {}, prefix = '') =>
  file({ [`${prefix}${path}.lora_A.weight`]: factors.down, [`${prefix}${path}.lora_B.weight`]: factors.up }, metadata);

const code = (expected: string, message: string | RegExp) =>
  expect.objectContaining({ code: expected, help: expect.any(String) as string, message: expect.stringMatching(message) as string });

describe('how strongly a LoRA applies', () => {
  const scaleOf = (source: Parameters<typeof readLora>[0]): number => readLora(source, base).get(path)!.scale;

  test('kohya: alpha / rank; without alpha, and with an alpha of 0, the rank', () => {
    expect(scaleOf(kohyaFile())).toBe(0.5);
    expect(scaleOf(kohyaFile({ [`${name}.alpha`]: float32([], [0]) }))).toBe(1);
    expect(scaleOf(file({ [`${name}.lora_down.weight`]: factors.down, [`${name}.lora_up.weight`]: factors.up }))).toBe(1);
  });

  test('peft: the metadata, by pattern where a layer has its own; else the rank', () => {
    const adapter = (config: Readonly<Record<string, unknown>>) => scaleOf(peftFile({ lora_adapter_metadata: JSON.stringify(config) }));
    expect(scaleOf(peftFile())).toBe(1);
    expect(adapter({ 'unet.lora_alpha': 6 })).toBe(3);
    expect(adapter({ 'text_encoder.lora_alpha': 6 })).toBe(1);
    expect(adapter({ 'unet.lora_alpha': 6, 'unet.alpha_pattern': { 'attn1.to_out.0': 8 } })).toBe(4);
    expect(adapter({ 'unet.lora_alpha': 6, 'unet.use_rslora': true })).toBeCloseTo(6 / Math.SQRT2, 12);
  });

  test('a file of peft itself needs the configuration beside it: guessing would make the likeness too weak or too strong', () => {
    const source = peftFile({}, 'base_model.model.');
    expect(() => readLora(source, base)).toThrow(code('lora-damaged', 'adapter_config.json'));
    expect(scaleOf({ ...source, adapterConfig: '{"lora_alpha": 1}' })).toBe(0.5);
    expect(() => readLora({ ...source, adapterConfig: '{' }, base)).toThrow(code('lora-damaged', 'not JSON'));
  });
});

describe('a likeness of another model is refused', () => {
  test('by a layer that this one lacks', () => {
    expect(() => readLora(kohyaFile(), { ...base, modules: new Map([['unet.conv_in', [8, 4, 3, 3]]]) })).toThrow(
      code('lora-incompatible', /1 of the 1 layers it changes are not in this model, the first is lora_unet_down/),
    );
  });

  test('by the size of a layer', () => {
    expect(() => readLora(kohyaFile(), { ...base, modules: new Map([[path, [4, 4]]]) })).toThrow(
      code('lora-incompatible', /\[4, 2\] x \[2, 3\], the model's weight is \[4, 4\]/),
    );
  });

  test('by the width of its text, which tells Stable Diffusion 1.x from 2.x', () => {
    const layer = 'unet.mid_block.attentions.0.transformer_blocks.0.attn2.to_k';
    const source = file({ [`${layer}.lora_A.weight`]: zeros('float32', [2, 1024]), [`${layer}.lora_B.weight`]: zeros('float32', [320, 2]) });
    expect(() => readLora(source, { modules: new Map([[layer, [320, 768]]]), fingerprint: null })).toThrow(
      code('lora-incompatible', /1024 numbers a word \(Stable Diffusion 2.x\), this model reads 768 \(Stable Diffusion 1.x\)/),
    );
  });

  test('by the fingerprint that a likeness of ours carries', () => {
    const learnedOn = (fingerprint: string) => kohyaFile({}, { likeness_base_fingerprint: fingerprint, ss_sd_model_name: 'dreamshaper-8' });
    expect(() => readLora(learnedOn('bbbb'), base)).toThrow(
      code('lora-incompatible', /learned on the model "dreamshaper-8" with the fingerprint bbbb, this one has aaaa/),
    );
    expect(readLora(learnedOn('aaaa'), base).size).toBe(1);
    expect(readLora(learnedOn('bbbb'), { ...base, fingerprint: null }).size).toBe(1);
  });
});

describe('a model with fewer layers a level names them as Stable Diffusion does', () => {
  const level = (block: string, count: number): string[] =>
    Array.from({ length: count }, (_, index) => `unet.${block}.attentions.${index}.transformer_blocks.0.attn1.to_q`);
  const levels = (down: number, up: number): string[] => [
    ...[0, 1, 2].flatMap((i) => level(`down_blocks.${i}`, down)),
    ...[1, 2, 3].flatMap((i) => level(`up_blocks.${i}`, up)),
  ];
  const stableDiffusion: LoraBase = { modules: new Map([...levels(2, 3), ...level('mid_block', 1)].map((layer) => [layer, [4, 3]])), fingerprint: null };
  const lora = (layers: readonly string[]) =>
    file(
      Object.fromEntries(
        layers.flatMap((layer) => [
          [`${layer}.lora_A.weight`, factors.down],
          [`${layer}.lora_B.weight`, factors.up],
        ]),
      ),
    );

  test('a BK-SDM likeness is refused by Stable Diffusion 1.x although every layer of it is there', () => {
    expect(() => readLora(lora(levels(1, 2)), stableDiffusion)).toThrow(code('lora-incompatible', /fewer layers.*BK-SDM/));
    expect(() => readLora(lora([...levels(1, 2), ...level('mid_block', 1)]), stableDiffusion)).toThrow(code('lora-incompatible', 'BK-SDM'));
  });

  test('a likeness of some levels only is none: they are whole', () => {
    expect(readLora(lora([...level('mid_block', 1), ...level('up_blocks.1', 3), ...level('up_blocks.2', 3)]), stableDiffusion).size).toBe(7);
    expect(readLora(lora(levels(2, 3)), stableDiffusion).size).toBe(15);
  });
});

describe('a file that is no such LoRA is refused with what it is', () => {
  const one = float32([1], [1]);
  test.each([
    ['lora-unsupported', 'LoHa', `${name}.hada_w1_a`],
    ['lora-unsupported', 'LoKr', `${name}.lokr_w1`],
    ['lora-unsupported', 'DoRA', `${name}.dora_scale`],
    ['lora-unsupported', 'full differences', `${name}.diff`],
    ['lora-unsupported', 'Stable Diffusion XL', 'lora_te2_text_model_encoder_layers_0_mlp_fc1.lora_down.weight'],
    ['lora-unsupported', 'Flux', 'lora_unet_double_blocks_0_img_attn_proj.lora_down.weight'],
    ['lora-unsupported', 'a whole model', 'model.diffusion_model.input_blocks.0.0.weight'],
    ['lora-unsupported', 'learned words', 'bundle_emb.someone.string_to_param.*'],
    ['lora-unsupported', "none of its 1 tensors is named like a LoRA's; the first is blue", 'blue'],
    ['lora-damaged', 'only one of its two factors', `${path}.lora_A.weight`],
  ])('%s: %s', (expected, message, key) => {
    expect(() => openLora(file({ [key]: one }))).toThrow(code(expected, message));
  });

  test('a tensor that has no place in the layout is named, not passed over', () => {
    expect(() => openLora(kohyaFile({ surprise: one }))).toThrow(code('lora-unsupported', 'it holds surprise'));
  });

  test('a pickle, a picture and half a file', () => {
    expect(() => openLora({ bytes: Uint8Array.of(0x50, 0x4b, 3, 4, 0, 0, 0, 0, 0, 0) })).toThrow(code('weights-pickled', 'pickle'));
    expect(() => openLora({ bytes: Uint8Array.of(0x80, 2, 0x8a, 0x0a, 0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20) })).toThrow(code('weights-pickled', 'pickle'));
    expect(() => openLora({ bytes: Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 13, 10, 26, 10, 0, 0) })).toThrow(code('lora-damaged', 'safetensors'));
    expect(() => openLora({ bytes: kohyaFile().bytes.subarray(0, -1) })).toThrow(code('lora-damaged', /bytes|byte/));
  });

  test('numbers that are not finite, and factors that cannot be multiplied', () => {
    expect(() => readLora(kohyaFile({ [`${name}.lora_up.weight`]: float32([4, 2], [1, 2, 3, NaN, 5, 6, 7, 8]) }), base)).toThrow(
      code('lora-damaged', 'not finite'),
    );
    expect(() => readLora(kohyaFile({ [`${name}.lora_up.weight`]: zeros('float32', [4, 3]) }), base)).toThrow(
      code('lora-damaged', /\[4, 3\] and \[2, 3\], cannot be multiplied/),
    );
  });
});

test('a convolution in three parts is multiplied out', () => {
  const conv = 'lora_unet_conv_in';
  const mid = tensor('float32', [1, 2, 1, 2], Float32Array.of(1, 2, 3, 4));
  const source = file({
    [`${conv}.lora_up.weight`]: float32([1, 1, 1, 1], [1]),
    [`${conv}.lora_mid.weight`]: mid,
    [`${conv}.lora_down.weight`]: float32([2, 1, 1, 1], [10, 100]),
  });
  expect([...readLora(source, { modules: new Map([['unet.conv_in', [1, 1, 1, 2]]]), fingerprint: null }).get('unet.conv_in')!.down.data]).toEqual([310, 420]);
});

describe('the text encoder', () => {
  const layer = 'text_encoder.text_model.encoder.layers.0.self_attn.q_proj';
  const text: LoraBase = { modules: new Map([[layer, [4, 3]]]), fingerprint: null };
  const pair = (down: string, up: string) => file({ [down]: factors.down, [up]: factors.up });

  test.each([
    ['lora_te_text_model_encoder_layers_0_self_attn_q_proj.lora_down.weight', 'lora_te_text_model_encoder_layers_0_self_attn_q_proj.lora_up.weight'],
    ['lora_te1_text_model_encoder_layers_0_self_attn_q_proj.lora_down.weight', 'lora_te1_text_model_encoder_layers_0_self_attn_q_proj.lora_up.weight'],
    [`${layer}.lora_A.weight`, `${layer}.lora_B.weight`],
    ['text_encoder.encoder.layers.0.self_attn.q_proj.lora_A.weight', 'text_encoder.encoder.layers.0.self_attn.q_proj.lora_B.weight'],
    [`${layer}.lora_linear_layer.down.weight`, `${layer}.lora_linear_layer.up.weight`],
    ['text_encoder.text_model.encoder.layers.0.self_attn.to_q_lora.down.weight', 'text_encoder.text_model.encoder.layers.0.self_attn.to_q_lora.up.weight'],
  ])('is found under %s', (down, up) => {
    expect([...readLora(pair(down, up), text).keys()]).toEqual([layer]);
  });
});

test('the examples of diffusers rename attention only: the rest keeps the names of peft in the same file', () => {
  const attention = 'unet.mid_block.attentions.0.transformer_blocks.0.attn1.to_q';
  const source = file({
    [`${attention}.lora.down.weight`]: factors.down,
    [`${attention}.lora.up.weight`]: factors.up,
    [`${path}.lora_A.weight`]: factors.down,
    [`${path}.lora_B.weight`]: factors.up,
  });
  expect(
    [
      ...readLora(source, {
        modules: new Map([
          [attention, [4, 3]],
          [path, [4, 3]],
        ]),
        fingerprint: null,
      }).keys(),
    ].sort(),
  ).toEqual([path, attention].sort());
});

const cloneofsimo = new URL('../../../shared/data/weights/lora-cloneofsimo/analog_svd_rank4.safetensors', import.meta.url);
const isThere = ((): boolean => {
  try {
    readFileSync(cloneofsimo);
    return true;
  } catch {
    return false;
  }
})();

describe.skipIf(!isThere)('the published analog_svd_rank4 of cloneofsimo (skipped where ../shared/data is absent)', () => {
  /** Layers of Stable Diffusion 1.x with attention, as its published configuration gives them. */
  const modules = new Map<string, Shape>();
  const block = (at: string, width: number): void => {
    const inside = `unet.${at}.transformer_blocks.0`;
    for (const [attention, context] of [
      ['attn1', width],
      ['attn2', 768],
    ] as const) {
      for (const [projection, inputs] of [
        ['to_q', width],
        ['to_k', context],
        ['to_v', context],
        ['to_out.0', width],
      ] as const)
        modules.set(`${inside}.${attention}.${projection}`, [width, inputs]);
    }
    modules.set(`${inside}.ff.net.0.proj`, [8 * width, width]);
    modules.set(`${inside}.ff.net.2`, [width, 4 * width]);
  };
  for (const [level, width] of [320, 640, 1280].entries()) {
    for (const index of [0, 1]) block(`down_blocks.${level}.attentions.${index}`, width);
    for (const index of [0, 1, 2]) block(`up_blocks.${3 - level}.attentions.${index}`, width);
  }
  block('mid_block.attentions.0', 1280);
  for (let layer = 0; layer < 12; layer++)
    for (const projection of ['q', 'k', 'v', 'out']) modules.set(`text_encoder.text_model.encoder.layers.${layer}.self_attn.${projection}_proj`, [768, 768]);

  test('every layer is found, in the order of diffusers 0.13: 144 of the UNet, 48 of the text encoder', () => {
    const source = { bytes: new Uint8Array(readFileSync(cloneofsimo)) };
    const paths = [...readLora(source, { modules, fingerprint: null }).keys()];
    expect([paths.filter((found) => found.startsWith('unet.')).length, paths.filter((found) => found.startsWith('text_encoder.')).length]).toEqual([144, 48]);
    const contents = openLora(source);
    const read = readLora(contents, { modules, fingerprint: null });
    const last = 'unet.mid_block.attentions.0.transformer_blocks.0';
    expect(read.get(`${last}.ff.net.0.proj`)!.up.shape).toEqual([10240, 4]);
    expect(read.get(`${last}.ff.net.0.proj`)!.scale).toBe(1);
  });

  test('a smaller model refuses it', () => {
    const smaller = new Map([...modules].filter(([layer]) => !layer.includes('mid_block')));
    expect(() => readLora({ bytes: new Uint8Array(readFileSync(cloneofsimo)) }, { modules: smaller, fingerprint: null })).toThrow(
      code('lora-incompatible', /144 layers of the unet.*this model has 135/),
    );
  });
});
