import { readdirSync, readFileSync, statSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { parseSafetensors, writeSafetensors } from '../formats/safetensors.ts';
import { memoryFolder } from '../testing/memory-folder.ts';
import { float32, type Tensor } from '../tensor/tensor.ts';
import { openModel, type OpenModelOptions } from './open-model.ts';

const goldenFolder = new URL('../testing/golden/', import.meta.url);
/** The files of a golden folder, path -> bytes. */
function filesOf(name: string): Record<string, unknown> {
  const root = new URL(`${name}/`, goldenFolder);
  const paths = (readdirSync(root, { recursive: true }) as string[]).filter((path) => statSync(new URL(path, root)).isFile());
  return Object.fromEntries(paths.map((path) => [path, new Uint8Array(readFileSync(new URL(path, root)))]));
}
const pipeline = filesOf('pipeline');
const open = (files: Record<string, unknown>, options?: OpenModelOptions) => openModel(memoryFolder('m', files), options);
const without = (...paths: string[]): Record<string, unknown> => Object.fromEntries(Object.entries(pipeline).filter(([path]) => !paths.includes(path)));
const unetFile = 'unet/diffusion_pytorch_model.safetensors';
const unetWeights = parseSafetensors(pipeline[unetFile] as Uint8Array).tensors;
const withUnet = (change: (weights: Map<string, Tensor>) => void): Record<string, unknown> => {
  const weights = new Map(unetWeights);
  change(weights);
  return { ...pipeline, [unetFile]: writeSafetensors(weights) };
};

describe('a diffusers folder', () => {
  test('opens without reading any weight, and its weights then come one by one in the type they are stored in', async () => {
    const reads: [string, number][] = [];
    const folder = memoryFolder('m', pipeline);
    const watched = {
      ...folder,
      open: async (path: string) => {
        const source = await folder.open(path);
        return { ...source, read: (offset: number, length: number) => (reads.push([path, length]), source.read(offset, length)) };
      },
    };
    const { weights } = await openModel(watched);
    const headers = reads.splice(0);
    expect(headers).toHaveLength(6); // a length and a header for each of three components
    let count = 0;
    for await (const [name, { dtype }] of weights.stream('unet')) {
      expect(name).toMatch(/^unet\./);
      expect(dtype).toBe('float16');
      expect(reads).toHaveLength(++count);
    }
    expect(count).toBe(unetWeights.size);
    expect(weights.entries().get('unet.conv_in.weight')).toMatchObject({ storedType: 'F16', path: unetFile });
    expect((await weights.read('unet.conv_in.bias'))?.data).toEqual(unetWeights.get('conv_in.bias')!.data);
    expect(await weights.read('unet.nothing')).toBeUndefined();
  });

  test('gives the variant that is asked for where it is, and the plain files of the parts that lack it', async () => {
    const half = 'unet/diffusion_pytorch_model.fp16.safetensors';
    const { weights } = await open({ ...pipeline, [half]: pipeline[unetFile] }, { variant: 'fp16' });
    expect([...weights.files.values()].map(({ variant }) => variant).sort()).toEqual(['fp16', null, null]);
    expect(weights.files.get('unet')!.paths).toEqual([half]);
  });

  test.each<[string, Record<string, unknown>, RegExp, RegExp]>([
    ['plain files only', pipeline, /variant fp32, only plain ones$/, /^Leave the variant out\.$/],
    ['another variant', { ...pipeline, 'vae/diffusion_pytorch_model.fp16.safetensors': '' }, /variant fp32, only plain ones, fp16$/, /or take fp16\.$/],
  ])('does not take other files for a variant that none of its parts has: %s', async (_, files, message, help) => {
    await expect(open(files, { variant: 'fp32' })).rejects.toMatchObject({
      code: 'model-file-missing',
      message: expect.stringMatching(message) as string,
      help: expect.stringMatching(help) as string,
    });
  });

  test('may have parts and tensors that we do not use', async () => {
    const files = withUnet((weights) => weights.set('something.else', float32([1], [0])));
    await open({ ...files, 'safety_checker/model.safetensors': '', 'feature_extractor/preprocessor_config.json': '{}', 'other.safetensors': '' });
  });

  test.each<[string, Record<string, unknown>, string, RegExp]>([
    ['without model_index.json', without('model_index.json', 'pictures.safetensors'), 'model-file-missing', /model_index\.json/],
    ['with a configuration that ends early', { ...pipeline, 'unet/config.json': '{"act_fn":' }, 'model-unknown', /unet\/config\.json is not JSON/],
    ['of SDXL', { ...pipeline, 'model_index.json': { _class_name: 'StableDiffusionXLPipeline' } }, 'model-unknown', /StableDiffusionXLPipeline/],
    [
      'of another architecture',
      {
        ...pipeline,
        'model_index.json': {
          ...(JSON.parse(new TextDecoder().decode(pipeline['model_index.json'] as Uint8Array)) as object),
          unet: ['diffusers', 'SD3Transformer2DModel'],
        },
      },
      'model-unknown',
      /SD3Transformer2DModel|unet/,
    ],
    ['without a tokenizer', without('tokenizer/vocab.json', 'tokenizer/merges.txt', 'tokenizer/tokenizer.json'), 'model-file-missing', /no tokenizer/],
    ['with a pickle', { ...without(unetFile), 'unet/diffusion_pytorch_model.bin': '' }, 'weights-pickled', /run any program/],
    ['with a missing tensor', withUnet((weights) => weights.delete('conv_in.bias')), 'weights-missing', /unet\.conv_in\.bias/],
    [
      'with a tensor of another shape',
      withUnet((weights) => weights.set('conv_in.bias', float32([3], [0, 0, 0]))),
      'shape-mismatch',
      /conv_in\.bias in unet\/.* is \[3\], .* takes \[8\]/,
    ],
  ])('is refused %s', async (_, files, code, message) => {
    await expect(open(files)).rejects.toMatchObject({ code, message: expect.stringMatching(message) as string });
  });
});

describe('a folder with a checkpoint in one file', () => {
  const files = filesOf('single-file/clip');
  const overrides = { unet: { norm_num_groups: 2, attention_head_dim: 2 }, vae: { norm_num_groups: 2 }, text_encoder: { num_attention_heads: 2 } };
  const checkpoint = files['checkpoint.safetensors'];
  const tokenizer = { 'tokenizer/vocab.json': files['tokenizer/vocab.json'], 'tokenizer/merges.txt': files['tokenizer/merges.txt'] };

  test('opens, and says what was found out', async () => {
    const { singleFile, weights } = await open({ 'x.safetensors': checkpoint, ...tokenizer }, { overrides });
    expect(singleFile).toMatchObject({ version: '1.x', prediction: { type: 'epsilon' } });
    expect((await weights.read('vae.encoder.mid_block.attentions.0.to_q.weight'))?.shape).toEqual([8, 8]);
  });

  test('has no variants', async () => {
    const opening = open({ 'x.safetensors': checkpoint, ...tokenizer }, { overrides, variant: 'fp32' });
    await expect(opening).rejects.toMatchObject({ code: 'model-file-missing', message: expect.stringMatching(/variant fp32, only plain ones$/) as string });
  });

  test('is not looked for beside model_index.json', async () => {
    expect((await open({ ...pipeline, 'x.safetensors': checkpoint })).singleFile).toBeNull();
  });

  test.each<[string, Record<string, unknown>, string, RegExp]>([
    [
      'two of them',
      { 'a.safetensors': checkpoint, 'b.safetensors': checkpoint, ...tokenizer },
      'model-unknown',
      /several checkpoints: a\.safetensors, b\.safetensors/,
    ],
    ['a pickle', { 'a.ckpt': '' }, 'weights-pickled', /a\.ckpt .* pickle/],
    ['half of one', { 'a.safetensors': (checkpoint as Uint8Array).slice(0, 90_000), ...tokenizer }, 'weights-corrupt', /the tensors end at byte/],
    ['no vocabulary', { 'a.safetensors': checkpoint }, 'model-file-missing', /vocabulary/],
  ])('is refused with %s', async (_, files, code, message) => {
    await expect(open(files, { overrides })).rejects.toMatchObject({
      code,
      message: expect.stringMatching(message) as string,
      help: expect.any(String) as string,
    });
  });
});
