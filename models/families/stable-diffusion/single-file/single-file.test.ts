/** Names and values of single-file checkpoints against diffusers' converters. Goldens: models/testing/reference/single_file.py */
import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import type { ByteSource } from '../../../formats/byte-source.ts';
import { crc32 } from '../../../formats/crc32.ts';
import { readJson, type ModelFolder } from '../../../formats/model-folder.ts';
import { memoryFolder } from '../../../testing/memory-folder.ts';
import { parseSafetensors, readHeader, writeSafetensors } from '../../../formats/safetensors.ts';
import { readSchedulerConfig } from '../../../schedulers/index.ts';
import { float32, type Tensor } from '../../../tensor/tensor.ts';
import { readStableDiffusion, type StableDiffusionModel } from '../index.ts';
import { components, parameterName } from '../weight-names.ts';
import { openSingleFile } from './single-file-folder.ts';

interface Published {
  /** [name, shape] of the one file, in its order. */
  readonly tensors: readonly [string, number[]][];
  /** diffusers' name -> [index into `tensors`, first row, shape]. */
  readonly converted: Readonly<Record<string, readonly [number, number, number[]]>>;
  readonly unet: Record<string, unknown>;
  readonly vae: Record<string, unknown>;
  readonly text: Record<string, unknown>;
}
interface Golden {
  readonly '1.5': Published;
  readonly '2.1': Published;
  readonly tiny: Readonly<Record<string, Readonly<Record<string, readonly [number[], number]>>>>;
}
const goldenFolder = new URL('../../../testing/golden/single-file/', import.meta.url);
const golden = JSON.parse(gunzipSync(readFileSync(new URL('names.json.gz', goldenFolder))).toString()) as Golden;

/** A checkpoint of any size that has no bytes behind its header, and remembers where it was read last. */
class HeaderOnly implements ByteSource {
  readonly sizeBytes: number;
  readonly begins: readonly number[];
  readonly #head: Uint8Array;
  lastOffset = -1;

  constructor(tensors: readonly (readonly [string, readonly number[]])[], metadata: Record<string, string> = {}) {
    const header: Record<string, unknown> = { __metadata__: metadata };
    const begins: number[] = [];
    let end = 0;
    for (const [name, shape] of tensors) {
      begins.push(end);
      header[name] = { dtype: 'F16', shape, data_offsets: [end, (end += 2 * product(shape))] };
    }
    const json = new TextEncoder().encode(JSON.stringify(header));
    this.#head = new Uint8Array(8 + json.length);
    new DataView(this.#head.buffer).setUint32(0, json.length, true);
    this.#head.set(json, 8);
    this.sizeBytes = this.#head.length + end;
    this.begins = begins.map((begin) => begin + this.#head.length);
  }

  async read(offset: number, length: number): Promise<Uint8Array> {
    this.lastOffset = offset;
    return offset < this.#head.length ? this.#head.slice(offset, offset + length) : new Uint8Array(length);
  }
}

const product = (shape: readonly number[]): number => shape.reduce((a, b) => a * b, 1);

/** A checkpoint with the least vocabulary there is beside it. */
const beside = (checkpoint: unknown): ModelFolder => memoryFolder('m', { 'm.safetensors': checkpoint, 'tokenizer/merges.txt': 'a b' });

async function readModel(folder: ModelFolder): Promise<StableDiffusionModel> {
  return readStableDiffusion({
    modelIndex: await readJson(folder, 'model_index.json'),
    unet: await readJson(folder, 'unet/config.json'),
    textEncoder: await readJson(folder, 'text_encoder/config.json'),
    vae: await readJson(folder, 'vae/config.json'),
  });
}

const weightFile = {
  unet: 'unet/diffusion_pytorch_model.safetensors',
  vae: 'vae/diffusion_pytorch_model.safetensors',
  text_encoder: 'text_encoder/model.safetensors',
} as const;

describe.each(['1.5', '2.1'] as const)('a checkpoint of the published size of Stable Diffusion %s', (version) => {
  const published = golden[version];
  const source = new HeaderOnly(published.tensors);
  const open = () => openSingleFile(beside(source), 'm.safetensors', { prediction: 'v_prediction' });

  test('has the configurations of the published folder', async () => {
    const { folder, version: found } = await open();
    const model = await readModel(folder);
    const unet = { _class_name: 'UNet2DConditionModel', ...published.unet, sample_size: version === '1.5' ? 64 : 96 };
    const expected = readStableDiffusion({
      modelIndex: await readJson(folder, 'model_index.json'),
      unet,
      vae: { _class_name: 'AutoencoderKL', ...published.vae },
      textEncoder: published.text,
    });
    expect(found).toBe(version === '1.5' ? '1.x' : '2.x');
    expect(model.unet).toEqual(expected.unet);
    expect(model.vae).toEqual(expected.vae);
    expect(model.textEncoder).toEqual(expected.textEncoder);
  });

  test('gives every tensor the name, shape and rows that diffusers gives it, and has no other', async () => {
    const { folder } = await open();
    const found: Record<string, readonly [number, number, readonly number[]]> = {};
    for (const component of components) {
      const virtual = await folder.open(weightFile[component]);
      for (const [key, { offsetBytes, shape }] of (await readHeader(virtual)).entries) {
        const name = parameterName(component, key);
        if (name === undefined) continue;
        await virtual.read(offsetBytes, 2);
        const index = source.begins.findLastIndex((begin) => begin <= source.lastOffset);
        const rowBytes = 2 * product(published.tensors[index]![1].slice(1));
        found[name] = [index, (source.lastOffset - source.begins[index]!) / rowBytes, shape];
      }
    }
    expect(found).toEqual(published.converted);
  });
});

test("a version 2 as Stability AI's later code saves it, SD-Turbo's way, is the same model", async () => {
  const { tensors, converted } = golden['2.1'];
  const source = new HeaderOnly(
    tensors.map(([name, shape]): [string, number[]] => [name.replace('cond_stage_model.model.', 'conditioner.embedders.0.model.'), shape]),
  );
  const { folder } = await openSingleFile(beside(source), 'm.safetensors', { prediction: 'epsilon' });
  const { entries } = await readHeader(await folder.open(weightFile.text_encoder));
  const names = [...entries.keys()].map((key) => parameterName('text_encoder', key)!);
  expect(names.sort()).toEqual(
    Object.keys(converted)
      .filter((name) => name.startsWith('text_encoder.'))
      .sort(),
  );
});

describe.each(['clip', 'open-clip'] as const)('a tiny checkpoint with the text encoder of %s', (kind) => {
  const bytes = new Uint8Array(readFileSync(new URL(`${kind}/checkpoint.safetensors`, goldenFolder)));

  test('has every value of the conversion by diffusers', async () => {
    const { folder } = await openSingleFile(beside(bytes), 'm.safetensors');
    const found: Record<string, readonly [readonly number[], number]> = {};
    for (const component of components) {
      for (const [key, { shape, data }] of parseSafetensors(await folder.readBytes(weightFile[component])).tensors) {
        const name = parameterName(component, key);
        if (name !== undefined) found[name] = [shape, crc32(new Uint8Array(data.buffer, data.byteOffset, data.byteLength))];
      }
    }
    expect(found).toEqual(golden.tiny[kind]);
  });
});

describe('what a checkpoint predicts', () => {
  const find = async (
    version: '1.5' | '2.1',
    extra: Record<string, number[]> = {},
    metadata: Record<string, string> = {},
    stated?: 'epsilon' | 'v_prediction',
  ) => {
    const source = new HeaderOnly([...golden[version].tensors, ...Object.entries(extra)], metadata);
    const { folder, prediction } = await openSingleFile(beside(source), 'm.safetensors', stated === undefined ? {} : { prediction: stated });
    const { stated: options } = readSchedulerConfig(new TextDecoder().decode(await folder.readBytes('scheduler/scheduler_config.json')));
    const { sampleSize } = (await readModel(folder)).unet;
    expect(options.predictionType).toBe(prediction.type);
    return [prediction.type, sampleSize[0], options.rescaleBetasZeroSnr ?? false, options.timestepSpacing] as const;
  };

  test('version 1 predicts noise, unless the file or the person says otherwise', async () => {
    expect(await find('1.5')).toEqual(['epsilon', 64, false, 'leading']);
    expect(await find('1.5', { v_pred: [0] })).toEqual(['v_prediction', 64, false, 'leading']);
    expect(await find('1.5', { v_pred: [0], ztsnr: [0] })).toEqual(['v_prediction', 64, true, 'trailing']);
    expect(await find('1.5', {}, { 'modelspec.prediction_type': 'v' })).toEqual(['v_prediction', 64, false, 'leading']);
    expect(await find('1.5', { v_pred: [0] }, {}, 'epsilon')).toEqual(['epsilon', 64, false, 'leading']);
  });

  test('version 2 is told by its metadata, or guessed from one norm; velocity means 768 pixels', async () => {
    expect(await find('2.1')).toEqual(['epsilon', 64, false, 'leading']); // all biases are zero here
    expect(await find('2.1', {}, { 'modelspec.predict_key': 'v' })).toEqual(['v_prediction', 96, false, 'leading']);
    expect(await find('2.1', {}, { 'modelspec.architecture': 'stable-diffusion-v2-768-v' })).toEqual(['v_prediction', 96, false, 'leading']);
    expect(await find('2.1', {}, { 'modelspec.prediction_type': 'epsilon' }, 'v_prediction')).toEqual(['v_prediction', 96, false, 'leading']);
  });

  test('a norm whose biases spread wide is that of a velocity model', async () => {
    const telling = 'model.diffusion_model.output_blocks.11.1.transformer_blocks.0.norm1.bias';
    const source = new HeaderOnly(golden['2.1'].tensors);
    const begin = source.begins[golden['2.1'].tensors.findIndex(([name]) => name === telling)]!;
    const spread = {
      sizeBytes: source.sizeBytes,
      read: async (offset: number, length: number) =>
        offset === begin
          ? new Uint8Array(Uint16Array.from({ length: length / 2 }, (_, i) => (i % 2 === 0 ? 0x3000 : 0xb000)).buffer)
          : source.read(offset, length),
    };
    const { prediction } = await openSingleFile(beside(spread), 'm.safetensors');
    expect(prediction).toMatchObject({ type: 'v_prediction', because: expect.stringContaining('0.125') as string }); // halves of +-0.125
  });
});

describe('refuses', () => {
  const weight = (...names: string[]): Uint8Array => writeSafetensors(new Map(names.map((name): [string, Tensor] => [name, float32([1], [0])])));
  const unet = 'model.diffusion_model.input_blocks.0.0.weight';
  const vae = 'first_stage_model.encoder.conv_in.weight';
  const text = 'cond_stage_model.transformer.text_model.final_layer_norm.weight';
  test.each([
    ['SDXL', weight(unet, vae, 'conditioner.embedders.0.transformer.x'), /Stable Diffusion XL/],
    ['an SDXL refiner', weight(unet, vae, 'conditioner.embedders.0.model.x', 'model.diffusion_model.label_emb.0.0.weight'), /SDXL refiner/],
    ['SD 3', weight('model.diffusion_model.joint_blocks.0.x'), /Stable Diffusion 3/],
    ['Flux', weight('double_blocks.0.img_attn.norm.key_norm.scale'), /Flux/],
    ['a ControlNet', weight('control_model.time_embed.0.weight'), /ControlNet/],
    ['a kohya LoRA', weight('lora_unet_down_blocks_0.lora_down.weight'), /LoRA/],
    ['a PEFT LoRA', weight('unet.down_blocks.0.lora_A.weight'), /LoRA/],
    ['unCLIP', weight(unet, vae, text, 'model.diffusion_model.label_emb.0.0.weight'), /class or image conditions/],
    ['another transformer', weight('model.diffusion_model.patchify_proj.weight'), /another architecture/],
    ['any other file', weight('a'), /no checkpoint that Likeness knows/],
    ['a UNet alone', weight(unet), /without the autoencoder .* and the text encoder/],
    ['a file without its autoencoder', weight(unet, text), /without the autoencoder \(first_stage_model\.\*\)$/],
    [
      'a UNet with another part',
      weight(unet, vae, text, 'model.diffusion_model.input_blocks.1.9.weight'),
      /input_blocks\.1\.9\.weight, which a Stable Diffusion 1\.x or 2\.x has not/,
    ],
  ])('%s', async (_, bytes, message) => {
    const opening = openSingleFile(beside(bytes), 'm.safetensors');
    await expect(opening).rejects.toMatchObject({
      code: 'model-unknown',
      message: expect.stringMatching(message) as string,
      help: expect.any(String) as string,
    });
  });

  test('a checkpoint when there is no vocabulary anywhere, and says what to do', async () => {
    const bytes = new Uint8Array(readFileSync(new URL('clip/checkpoint.safetensors', goldenFolder)));
    await expect(openSingleFile(memoryFolder('m', { 'm.safetensors': bytes }), 'm.safetensors')).rejects.toMatchObject({
      code: 'model-file-missing',
      help: expect.stringContaining('beside the file') as string,
    });
  });
});
