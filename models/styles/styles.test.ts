import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { ClipTokenizer } from '../text/clip-tokenizer.ts';
import { personClasses } from '../text/prompt.ts';
import { defaultSubject, findStylePack, stylePacks, stylePrompts } from './index.ts';
import { stylePackSchema } from './style-pack.ts';

const here = new URL('.', import.meta.url);

test('every folder is registered, and every pack has the folder of its name', () => {
  const folders = readdirSync(here, { withFileTypes: true }).filter((entry) => entry.isDirectory());
  expect(stylePacks.map((pack) => pack.id).toSorted()).toEqual(folders.map((folder) => folder.name).toSorted());
  expect(stylePacks.length).toBeGreaterThanOrEqual(8);
});

test('ids and names are each used once', () => {
  for (const list of [stylePacks.map((pack) => pack.id), stylePacks.map((pack) => pack.names.en), stylePacks.map((pack) => pack.names.ko)]) {
    expect(new Set(list).size).toBe(list.length);
  }
  expect(findStylePack('boardroom')?.names.en).toBe('Boardroom');
  expect(findStylePack('gone')).toBeUndefined();
});

test('prompts are whole sentences, with a likeness and without', () => {
  const boardroom = findStylePack('boardroom')!;
  expect(stylePrompts(boardroom, 'man', defaultSubject('man')).prompt).toBe(
    'a close up portrait of ohwx man, friendly slight smile, wearing a dark blue suit with a white shirt and a tie, plain grey background',
  );
  expect(stylePrompts(boardroom, 'person', null).prompt).toMatch(/^a close up portrait of a person, /);
});

const tokenizerFolder = new URL('../builtin/tokenizer/', here);
const hasTokenizer = existsSync(new URL('vocab.json', tokenizerFolder));
const readTokenizer = (name: string): string => readFileSync(new URL(name, tokenizerFolder), 'utf8');

const shared = new URL('../../../shared/data/', here);
const hasCaptions = existsSync(new URL('portraits-cg/captions-cg.jsonl', shared));
const readShared = (name: string): string => readFileSync(new URL(name, shared), 'utf8');

describe.each(stylePacks.map((pack) => [pack.id, pack] as const))('%s', (_, pack) => {
  const prompts = personClasses.map((personClass) => stylePrompts(pack, personClass, defaultSubject(personClass)));

  test('keeps to the schema and leaves no place empty', () => {
    expect(stylePackSchema.parse(pack)).toEqual(pack);
    for (const { prompt } of prompts) expect(prompt).not.toMatch(/[{}]|, ,|,,/);
  });

  test.skipIf(!hasTokenizer)('fits the text encoder of the built-in model (skipped while it has no tokenizer)', () => {
    const tokenizer = new ClipTokenizer({
      vocab: readTokenizer('vocab.json'),
      merges: readTokenizer('merges.txt'),
      config: readTokenizer('tokenizer_config.json'),
    });
    for (const { prompt, negativePrompt } of prompts) {
      expect(tokenizer.overflow(prompt), prompt).toBe(0);
      expect(tokenizer.overflow(negativePrompt)).toBe(0);
    }
  });

  test.skipIf(!hasCaptions)('says only what the built-in model was taught (skipped where shared data is absent)', () => {
    const words = new Set(
      ['portraits/vocabulary.txt', 'portraits-cg/vocabulary-cg.txt'].flatMap((file) =>
        readShared(file)
          .split('\n')
          .map((line) => line.split('\t')[0]!),
      ),
    );
    // The recipe says some things in other words, and these were taught too.
    for (const [, phrase] of readFileSync(new URL('../builtin/recipe/captions.py', here), 'utf8').matchAll(/"([a-z ]+)"/g))
      phrase!.split(' ').forEach((word) => words.add(word));
    for (const { prompt, negativePrompt } of prompts) {
      const unknown = `${prompt} ${negativePrompt}`
        .replace('ohwx', '')
        .match(/[a-z-]+/g)!
        .filter((word) => !words.has(word));
      expect(unknown).toEqual([]);
    }
    const captions = readShared('portraits-cg/captions-cg.jsonl') + readShared('portraits/captions.jsonl');
    const backdrop = /(?:blurred|plain|brick) [a-z ]*background/.exec(pack.template)![0];
    for (const phrase of [backdrop, ...Object.values(pack.outfits)]) {
      expect(captions.split(phrase).length - 1, phrase).toBeGreaterThanOrEqual(9);
    }
  });
});
