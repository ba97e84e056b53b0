import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { backdropColours, type ColourName } from '../vision/backdrop.ts';
import { captionDetails, type PhotoFacts } from './caption-details.ts';
import { ClipTokenizer } from './clip-tokenizer.ts';

const nothing: PhotoFacts = { expression: null, eyewear: null, turnedTo: null, clothes: null, light: null, shade: null, backdrop: null };
const everything: PhotoFacts = {
  expression: 'slight smile',
  eyewear: 'glasses',
  turnedTo: 'left',
  clothes: 'dark blue',
  light: 'bright',
  shade: 'soft',
  backdrop: { colour: 'light grey', isPlain: true },
};

test('what is seen beside the person is said in the order of the training captions', () => {
  expect(captionDetails(everything).join(', ')).toBe(
    'slight smile, wearing glasses, looking left, wearing dark blue clothes, plain light grey background, bright lighting, soft light',
  );
  expect(captionDetails(nothing)).toEqual([]);
});

test('a phrase with a word that the model never met is left out whole', () => {
  expect(captionDetails(everything, (word) => word !== 'looking')).not.toContainEqual(expect.stringMatching(/left/));
});

test('every word that a caption can hold is one token of the built-in model', () => {
  const read = (name: string): string => readFileSync(new URL(`../builtin/tokenizer/${name}`, import.meta.url), 'utf8');
  const tokenizer = new ClipTokenizer({ vocab: read('vocab.json'), merges: read('merges.txt'), config: read('tokenizer_config.json') });
  const facts: PhotoFacts[] = [
    everything,
    { ...everything, expression: 'smiling', eyewear: 'sunglasses', turnedTo: 'right', light: 'dark', shade: 'harsh' },
    { ...everything, expression: 'neutral' },
    ...(Object.keys(backdropColours) as ColourName[]).map((colour) => ({ ...everything, clothes: colour, backdrop: { colour, isPlain: false } })),
  ];
  const words = new Set(facts.flatMap((fact) => captionDetails(fact)).flatMap((detail) => detail.split(' ')));
  expect([...words].filter((word) => tokenizer.tokenize(word).length !== 1)).toEqual([]);
});
