import { existsSync, readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { alphabet, fromLetters, toLetters } from './byte-alphabet.ts';
import { ClipTokenizer } from './clip-tokenizer.ts';

interface Golden {
  texts: string[];
  ids: number[][];
  padded: { pad_token: string; length: number; ids: number[][] }[];
}
const read = (name: string): string => readFileSync(new URL(`../testing/golden/${name}`, import.meta.url), 'utf8');
const golden = JSON.parse(read('tokenizer.json')) as Golden;
const files = { vocab: read('tokenizer/vocab.json'), merges: read('tokenizer/merges.txt') };
const tokenizer = new ClipTokenizer(files);

describe('a made vocabulary gives the ids of transformers', () => {
  test.each(golden.texts.map((text, index) => [text, golden.ids[index]!] as const))('%j', (text, ids) => {
    expect([tokenizer.startId, ...tokenizer.tokenize(text), tokenizer.endId]).toEqual(ids);
  });

  test.each(golden.padded)('cut and padded to $length with $pad_token', ({ pad_token, length, ids }) => {
    const config = JSON.stringify({ pad_token: { content: pad_token }, model_max_length: length });
    const padding = new ClipTokenizer({ ...files, config });
    expect(golden.texts.map((text) => padding.encode(text))).toEqual(ids);
  });
});

test('what does not fit is counted, and decoding gives the words back', () => {
  expect(tokenizer.overflow('hair '.repeat(40), 20)).toBe(tokenizer.tokenize('hair '.repeat(40)).length - 18);
  expect(tokenizer.overflow('hair', 20)).toBe(0);
  expect(tokenizer.decode(tokenizer.encode('A portrait of  Ümläut, 1 woman'))).toBe('a portrait of ümläut , 1 woman');
});

test('the 256 letters spell every byte', () => {
  expect(new Set(alphabet).size).toBe(256);
  expect(fromLetters(toLetters('ä\0\n😀').join(''))).toBe('ä\0\n😀');
});

test.each([
  ['vocab.json is not JSON', { ...files, vocab: '{' }],
  ['vocab.json holds no object', { ...files, vocab: '[]' }],
  ['vocab.json has no <|startoftext|>', { ...files, vocab: '{"a": 0}' }],
  ['vocab.json has no [PAD]', { ...files, config: '{"pad_token": "[PAD]"}' }],
])('%s: refused', (message, broken) => {
  expect(() => new ClipTokenizer(broken)).toThrow(expect.objectContaining({ code: 'model-unknown', message }));
});

interface Published {
  cases: { name: string; text: string; ids: number[] }[];
}
const shared = new URL('../../../shared/data/', import.meta.url);
const realVocabulary = new URL('clip/bpe_simple_vocab_16e6.txt.gz', shared);
const hasReal = existsSync(realVocabulary);

describe.skipIf(!hasReal)(`the real vocabulary gives the published ids${hasReal ? '' : ' (skipped: shared data is absent)'}`, () => {
  const cases = hasReal ? (JSON.parse(readFileSync(new URL('golden/clip-tokenizer.json', shared), 'utf8')) as Published).cases : [];
  // 25 of the 26: the last comes from a tokenizer that does not part a word from the full stop behind it. transformers does.
  const parting = cases.filter(({ name }) => !name.startsWith('ZEN'));
  const real = hasReal ? new ClipTokenizer(realFiles()) : tokenizer;

  test.each(parting)('$name', ({ text, ids }) => {
    expect([real.startId, ...real.tokenize(text), real.endId]).toEqual(ids);
  });

  test('the 26th text gives the ids of transformers 5.23', () => {
    const text = cases.find(({ name }) => name.startsWith('ZEN'))!.text;
    const ids = [1215, 533, 1539, 1126, 8159, 269, 33228, 533, 1539, 1126, 15269, 585, 269, 4129, 533, 1539, 1126, 6324, 269];
    expect(real.tokenize(text)).toEqual([...ids, 6324, 533, 1539, 1126, 16621, 269]);
  });
});

/** OpenAI's list of merges as the two files that every diffusers model folder holds. */
function realFiles(): { vocab: string; merges: string } {
  const merges = gunzipSync(readFileSync(realVocabulary))
    .toString('utf8')
    .split('\n')
    .slice(1, 49152 - 256 - 2 + 1);
  const names = [...alphabet, ...alphabet.map((letter) => `${letter}</w>`), ...merges.map((pair) => pair.replace(' ', ''))];
  const vocab = Object.fromEntries([...names, '<|startoftext|>', '<|endoftext|>'].map((name, id) => [name, id]));
  return { vocab: JSON.stringify(vocab), merges: merges.join('\n') };
}
