import { describe, expect, test } from 'vitest';
import { memoryFolder } from '../testing/memory-folder.ts';
import { float32, tensor, type Tensor } from '../tensor/tensor.ts';
import { openStoredWeights, readStoredTensor } from './stored-weights.ts';
import { writeSafetensors } from './safetensors.ts';
import { findWeightFiles, type WeightFileOptions, type WeightFiles } from './weight-files.ts';

const find = async (files: Record<string, unknown>, options?: WeightFileOptions): Promise<WeightFiles> => {
  const folder = memoryFolder('m', files);
  return findWeightFiles(folder, await folder.list(), 'unet', options);
};
const plain = 'unet/diffusion_pytorch_model.safetensors';
const half = 'unet/diffusion_pytorch_model.fp16.safetensors';

describe('the files of a component', () => {
  test.each<[string, Record<string, unknown>, WeightFileOptions, string[], string | null]>([
    ['the plain file', { [plain]: '' }, {}, [plain], null],
    ["transformers' name", { 'unet/model.safetensors': '' }, {}, ['unet/model.safetensors'], null],
    ["diffusers' name before transformers'", { 'unet/model.safetensors': '', [plain]: '' }, {}, [plain], null],
    ['the plain file before a variant', { [half]: '', [plain]: '' }, {}, [plain], null],
    ['the variant that is asked for', { [half]: '', [plain]: '' }, { variant: 'fp16' }, [half], 'fp16'],
    ['the plain file if there is no such variant', { [plain]: '' }, { variant: 'fp16' }, [plain], null],
    ['a variant if there is nothing else', { [half]: '' }, {}, [half], 'fp16'],
    ['fp16 before another variant', { [half]: '', 'unet/diffusion_pytorch_model.non_ema.safetensors': '' }, {}, [half], 'fp16'],
    [
      'any variant rather than nothing',
      { 'unet/diffusion_pytorch_model.non_ema.safetensors': '' },
      {},
      ['unet/diffusion_pytorch_model.non_ema.safetensors'],
      'non_ema',
    ],
    ['safetensors beside a pickle', { [plain]: '', 'unet/diffusion_pytorch_model.bin': '' }, {}, [plain], null],
    [
      'nothing of other components and depths',
      { [plain]: '', 'vae/model.safetensors': '', 'unet/old/model.fp16.safetensors': '' },
      { variant: 'fp16' },
      [plain],
      null,
    ],
  ])('are %s', async (_, files, options, paths, variant) => {
    expect(await find(files, options)).toEqual({ paths, variant, shardOf: null });
  });

  test.each([
    ['unet/diffusion_pytorch_model.safetensors.index.json', null],
    ['unet/diffusion_pytorch_model.safetensors.index.fp16.json', 'fp16'],
    ['unet/diffusion_pytorch_model.fp16.safetensors.index.json', 'fp16'],
  ])('are the shards that %s names', async (index, variant) => {
    const [first, second] = ['diffusion_pytorch_model-00001-of-00002.safetensors', 'diffusion_pytorch_model-00002-of-00002.safetensors'];
    const files = { [index]: { metadata: { total_size: 8 }, weight_map: { a: second, b: first } }, [`unet/${first}`]: '', [`unet/${second}`]: '' };
    const found = await find(files);
    expect(found.paths).toEqual([`unet/${first}`, `unet/${second}`]);
    expect(found.variant).toBe(variant);
    expect(Object.fromEntries(found.shardOf!)).toEqual({ a: `unet/${second}`, b: `unet/${first}` });
  });

  const index = 'unet/model.safetensors.index.json';
  test.each([
    ['no file at all', {}, 'model-file-missing', /unet\/diffusion_pytorch_model\.safetensors or unet\/model/],
    ['only a pickle', { 'unet/diffusion_pytorch_model.bin': '' }, 'weights-pickled', /can run any program/],
    ['only a checkpoint of pytorch', { 'unet/model.fp16.ckpt': '' }, 'weights-pickled', /pickle/],
    ['shards without their index', { 'unet/model-00001-of-00002.safetensors': '' }, 'model-file-missing', /no weights for unet/],
    ['an index that is no JSON', { [index]: '{' }, 'weights-corrupt', /is not JSON/],
    ['an index without a map', { [index]: {} }, 'weights-corrupt', /no weight_map/],
    ['an index that leads out of the folder', { [index]: { weight_map: { a: '../../secret.safetensors' } } }, 'weights-corrupt', /names "\.\.\/\.\.\/secret/],
    ['an index that names a pickle', { [index]: { weight_map: { a: 'model-1.bin' } } }, 'weights-corrupt', /model-1\.bin/],
    ['a shard that is not there', { [index]: { weight_map: { a: 'model-00001-of-00002.safetensors' } } }, 'model-file-missing', /00001-of-00002/],
  ])('are refused with %s', async (_, files, code, message) => {
    await expect(find(files)).rejects.toMatchObject({ code, message: expect.stringMatching(message) as string, help: expect.any(String) as string });
  });
});

describe('tensors of stored weights', () => {
  const file = (tensors: Record<string, Tensor>): Uint8Array => writeSafetensors(new Map(Object.entries(tensors)));
  const two = { a: float32([2], [1, 2]), b: tensor('float16', [1], Uint16Array.of(0x3c00)) };
  const open = async (files: Record<string, unknown>) => {
    const folder = memoryFolder('m', files);
    return openStoredWeights(folder, await findWeightFiles(folder, await folder.list(), 'unet'));
  };

  test('keep the type they are stored in', async () => {
    const stored = await open({ [plain]: file(two) });
    expect(await readStoredTensor(stored.get('a')!)).toEqual(two.a);
    expect(await readStoredTensor(stored.get('b')!)).toEqual(two.b);
  });

  test('come from all shards, and from the one that the index names', async () => {
    const stored = await open({
      'unet/model.safetensors.index.json': { weight_map: { a: 'model-1.safetensors', b: 'model-2.safetensors' } },
      'unet/model-1.safetensors': file({ a: two.a }),
      'unet/model-2.safetensors': file({ a: float32([2], [7, 8]), b: two.b }),
    });
    expect([...stored.keys()]).toEqual(['a', 'b']);
    expect((await readStoredTensor(stored.get('a')!)).data).toEqual(Float32Array.of(1, 2));
  });

  test.each([
    [
      'a shard lacks a tensor',
      { 'unet/model.safetensors.index.json': { weight_map: { c: 'model-1.safetensors' } }, 'unet/model-1.safetensors': file(two) },
      /lacks c/,
    ],
    ['a file ends early', { [plain]: file(two).slice(0, -1) }, /^unet\/diffusion_pytorch_model\.safetensors: the tensors end at byte/],
    ['a file is an error page', { [plain]: '<!doctype html><title>404</title>' }, /not a safetensors file/],
    ['a file is empty', { [plain]: '' }, /has 0 bytes/],
  ])('are refused if %s', async (_, files, message) => {
    await expect(open(files)).rejects.toMatchObject({
      code: 'weights-corrupt',
      message: expect.stringMatching(message) as string,
      help: expect.any(String) as string,
    });
  });

  test.each([
    ['NaN in float32', float32([2], [1, NaN])],
    ['infinity in float32', float32([2], [1, -Infinity])],
    ['NaN in float16', tensor('float16', [2], Uint16Array.of(0, 0x7e00))],
    ['infinity in float16', tensor('float16', [2], Uint16Array.of(0, 0xfc00))],
  ])('are refused with %s', async (_, broken) => {
    const stored = await open({ [plain]: file({ w: broken }) });
    await expect(readStoredTensor(stored.get('w')!)).rejects.toMatchObject({
      code: 'weights-corrupt',
      message: expect.stringContaining('w in unet/') as string,
    });
  });

  test('of a type that we do not read may lie in a file, and are refused when they are wanted', async () => {
    const header = new TextEncoder().encode(
      JSON.stringify({ q: { dtype: 'F8_E4M3', shape: [3], data_offsets: [0, 3] }, a: { dtype: 'F32', shape: [1], data_offsets: [3, 7] } }),
    );
    const bytes = Uint8Array.from([header.length, 0, 0, 0, 0, 0, 0, 0, ...header, 1, 2, 3, 0, 0, 0x80, 0x3f]);
    const stored = await open({ [plain]: bytes });
    expect((await readStoredTensor(stored.get('a')!)).data).toEqual(Float32Array.of(1));
    await expect(readStoredTensor(stored.get('q')!)).rejects.toMatchObject({
      code: 'model-unknown',
      message: expect.stringContaining('stored as F8_E4M3') as string,
    });
  });

  test('of the largest finite numbers and of integers are fine', async () => {
    const stored = await open({
      [plain]: file({ f: float32([1], [3.4028234e38]), h: tensor('float16', [1], Uint16Array.of(0x7bff)), i: tensor('int32', [1], Int32Array.of(0x7f800000)) }),
    });
    for (const entry of stored.values()) await readStoredTensor(entry);
  });
});
