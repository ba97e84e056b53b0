/** @file The catalogue holds what types cannot: no empty sentence, the same lists in every language, units in words. */
import { expect, test } from 'vitest';
import { errorCodes } from '#models/errors/error-codes.ts';
import { errorMessages } from '../errors/error-messages.ts';
import { catalogues, locales } from './catalogue.ts';

/** Paths of all texts; functions by their own name. */
function texts(value: unknown, path: string): [string, unknown][] {
  if (typeof value !== 'object' || value === null) return [[path, value]];
  return Object.entries(value).flatMap(([key, child]) => texts(child, `${path}.${key}`));
}

test('every language has the same sentences, lists included, and none is empty', () => {
  const [first, ...others] = locales.map((locale) => texts(catalogues[locale], ''));
  const paths = first?.map(([path]) => path);
  for (const other of others) expect(other.map(([path]) => path)).toEqual(paths);
  for (const [path, text] of [first, ...others].flatMap((list) => list ?? [])) if (typeof text === 'string') expect(text, path).not.toBe('');
});

test('every error code has a sentence and a way on in every language', () => {
  for (const locale of locales) {
    for (const code of Object.keys(errorCodes)) {
      const sentence = errorMessages[locale][code as keyof typeof errorCodes];
      expect(sentence.what, code).toMatch(/[.요]$|요\.$/);
      expect(sentence.next, code).not.toBe('');
    }
  }
});

test('times are said in words', () => {
  const { about } = catalogues.en.units;
  expect([5, 34, 61, 340, 3000, 7300].map(about)).toEqual([
    'a few seconds',
    'about 30 seconds',
    'about 1 minute',
    'about 6 minutes',
    'about 50 minutes',
    'about 2 hours',
  ]);
  expect(catalogues.ko.units.about(340)).toBe('약 6분');
});

test('one is singular', () => {
  expect([0, 1, 2].map(catalogues.en.units.photos)).toEqual(['0 photos', '1 photo', '2 photos']);
});

test('sizes are said in units that fit', () => {
  expect([0, 1, 999, 1500, 2_500_000, 26_000_000, 3e9].map(catalogues.en.units.bytes)).toEqual([
    '0 bytes',
    '1 byte',
    '999 bytes',
    '2 kB',
    '2.5 MB',
    '26 MB',
    '3.0 GB',
  ]);
});
