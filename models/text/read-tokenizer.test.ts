import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import type { ModelFolder } from '../formats/model-folder.ts';
import { memoryFolder } from '../testing/memory-folder.ts';
import { withClipVocabulary } from './clip-vocabulary.ts';
import type { ClipTokenizer } from './clip-tokenizer.ts';
import { readTokenizer } from './read-tokenizer.ts';

const golden = (name: string): string => readFileSync(new URL(`../testing/golden/pipeline/tokenizer/${name}`, import.meta.url), 'utf8');
const read = async (files: Record<string, unknown>): Promise<ClipTokenizer> => {
  const folder = memoryFolder('m', Object.fromEntries(Object.entries(files).map(([name, content]) => [`tokenizer/${name}`, content])));
  return readTokenizer(folder, await folder.list());
};
const vocabulary = { 'vocab.json': golden('vocab.json'), 'merges.txt': golden('merges.txt') };
/** What transformers 5.23 gives for this folder and text. */
const woman = [527, 320, 516, 528];

describe('a tokenizer folder', () => {
  test('needs no tokenizer_config.json: CLIP pads with its end to 77', async () => {
    const tokenizer = await read(vocabulary);
    expect(tokenizer.encode('a woman', 6)).toEqual([...woman, 528, 528]);
    expect(tokenizer.maxLength).toBe(77);
  });

  test('may state its padding in special_tokens_map.json, which wins, as in transformers: that is how Stable Diffusion 2 does it', async () => {
    const files = {
      ...vocabulary,
      'tokenizer_config.json': { pad_token: '<|endoftext|>', model_max_length: 77 },
      'special_tokens_map.json': { pad_token: '!', unk_token: 'x' },
    };
    expect((await read(files)).encode('a woman', 6)).toEqual([...woman, 0, 0]);
  });

  test('may hold tokenizer.json alone, as transformers 5 saves it', async () => {
    expect((await read({ 'tokenizer.json': golden('tokenizer.json') })).encode('a woman', 6)).toEqual([...woman, 528, 528]);
  });

  test('may hold tokenizer.json with each merge as one text, as older versions saved it', async () => {
    const json = JSON.parse(golden('tokenizer.json')) as { model: { merges: string[][] } };
    json.model.merges = json.model.merges.map((merge) => [merge].flat().join(' ')) as unknown as string[][];
    expect((await read({ 'tokenizer.json': json })).encode('a woman', 6)).toEqual([...woman, 528, 528]);
  });

  test('may hold merges.txt alone, numbered as CLIP numbers', async () => {
    expect((await read({ 'merges.txt': golden('merges.txt') })).encode('a woman', 6)).toEqual([...woman, 528, 528]);
  });

  test.each([
    ['nothing', {}, 'model-file-missing', /no tokenizer/],
    ['a tokenizer.json without a vocabulary', { 'tokenizer.json': { model: { type: 'WordPiece' } } }, 'model-unknown', /no byte pair vocabulary/],
    ['a tokenizer.json that ends early', { 'tokenizer.json': '{"model":' }, 'model-unknown', /not JSON/],
  ])('is refused with %s', async (_, files, code, message) => {
    await expect(read(files)).rejects.toMatchObject({ code, message: expect.stringMatching(message) as string });
  });
});

describe('the vocabulary that comes with the app', () => {
  const shipped = memoryFolder('clip', { 'tokenizer/merges.txt': readFileSync(new URL('./clip-vocabulary/tokenizer/merges.txt', import.meta.url), 'utf8') });
  const idsWith = async (folder: ModelFolder, text: string): Promise<number[]> => (await readTokenizer(folder, await folder.list())).tokenize(text);

  test('numbers words as OpenAI published it', async () => {
    // From the notebook of github.com/openai/CLIP and the documentation of transformers.
    expect(await idsWith(shipped, 'a photo of a cat')).toEqual([320, 1125, 539, 320, 2368]);
    expect(await idsWith(shipped, 'hello world!')).toEqual([3306, 1002, 256]);
    const tokenizer = await readTokenizer(shipped, await shipped.list());
    expect([tokenizer.startId, tokenizer.endId]).toEqual([49406, 49407]);
  });

  test('is lent to a checkpoint without a tokenizer, and to nothing else', async () => {
    const paths = async (files: Record<string, unknown>): Promise<string[]> =>
      (await withClipVocabulary(memoryFolder('m', files), shipped).list()).map(({ path }) => path);
    expect(await paths({ 'm.safetensors': '' })).toEqual(['m.safetensors', 'tokenizer/merges.txt']);
    expect(await paths({ 'm.safetensors': '', 'tokenizer/tokenizer.json': '' })).toEqual(['m.safetensors', 'tokenizer/tokenizer.json']);
    expect(await paths({ 'model_index.json': '{}' })).toEqual(['model_index.json']);
    expect(await idsWith(withClipVocabulary(memoryFolder('m', { 'm.safetensors': '' }), shipped), 'cat')).toEqual([2368]);
  });
});
