import { expect, test } from 'vitest';
import { difference, estimate, recordPictures, type PictureRecord, type VariantResult } from './recipe-experiment.ts';
import { formatFactors, formatVariants } from './recipe-table.ts';
import { drawingVariants, factors, trainingVariants } from './recipe-variants.ts';

const picture = (identified: boolean, cosine: number | null, backdropHeld = true): PictureRecord => ({
  hasFace: cosine !== null,
  oneFace: true,
  identified,
  cosine,
  meanCosine: cosine,
  backdropHeld,
  lightness: 50,
  backdrop: 'white',
});
const result = (name: string, people: Readonly<Record<string, readonly PictureRecord[]>>): VariantResult => ({
  name,
  what: name,
  people: Object.entries(people).map(([person, pictures]) => ({ name: person, pictures, trainingSeconds: 10 })),
});

test('a mean is over people, its error too: ten pictures of one person are not ten people', () => {
  const uneven = result('a', { ada: [picture(true, 0.6), picture(true, 0.6), picture(true, 0.6)], ben: [picture(false, 0.4)] });
  expect(estimate(uneven, 'identified').mean).toBe(0.5);
  expect(estimate(uneven, 'cosine').mean).toBeCloseTo(0.5);
  expect(estimate(uneven, 'cosine').error).toBeCloseTo(0.1); // (0.2 / sqrt 2) / sqrt 2
});

test('a difference is taken person by person, so that how easy each is falls out', () => {
  const reference = result('first', { ada: [picture(true, 0.7)], ben: [picture(true, 0.3)], chi: [picture(true, 0.5)] });
  const better = result('better', { ada: [picture(true, 0.75)], ben: [picture(true, 0.35)] });
  expect(difference(better, reference, 'cosine')!.mean).toBeCloseTo(0.05);
  expect(difference(better, reference, 'cosine')!.error).toBeCloseTo(0);
  expect(difference(result('one', { ada: [picture(true, 1)] }), reference, 'cosine')).toBeNull();
});

test('a picture without a face is not identified, and its cosine is not counted', () => {
  const person = { name: 'up', personClass: 'person' as const, trainingFiles: [], trained: [], heldOut: [Float32Array.of(0, 1)] };
  const other = { ...person, name: 'right', heldOut: [Float32Array.of(1, 0)] };
  const records = recordPictures(
    person,
    [person, other],
    [
      { file: 'a', faceCount: 1, embedding: Float32Array.of(0, 1), backdrop: 'white', colour: [88, 0, 0] },
      { file: 'b', faceCount: 0, embedding: null, backdrop: 'white', colour: [70, 0, 0] },
    ],
  );
  expect(records).toMatchObject([
    { identified: true, cosine: 1, backdropHeld: true, oneFace: true },
    { identified: false, cosine: null, backdropHeld: false, oneFace: false },
  ]);
});

test('the table has a row for each variant, with what it differs by', () => {
  const reference = result('first', { ada: [picture(true, 0.5)], ben: [picture(false, 0.5)] });
  const better = result('better', { ada: [picture(true, 0.6)], ben: [picture(true, 0.6, false)] });
  const rows = formatVariants([reference, better], 'first').split('\n');
  expect(rows[2]).toBe('| first: first | 2, 2 | 50 ± 50 % | 0.500 ± 0.000 | 100 ± 0 % | 100 ± 0 % | 10 s |');
  expect(rows[3]).toContain('| 100 ± 0 % (+50 ± 50 %) | 0.600 ± 0.000 (+0.100 ± 0.000) | 50 ± 50 % (-50 ± 50 %) |');
});

test('the effect of a part is that of all trainings with it against all without, and is not told before all are there', () => {
  const names = ['first', 'captions-levels', 'half-body-levels', 'captions-half-body'];
  const all = names.map((name) => result(name, { ada: [picture(name.includes('captions'), 0.5)], ben: [picture(name.includes('captions'), 0.5)] }));
  expect(formatFactors(all.slice(1))).toBe('');
  const rows = formatFactors(all).split('\n');
  expect(rows[2]).toMatch(/^\| captions \| \+100 ± 0 %/);
  expect(rows[3]).toMatch(/^\| half-body crops \| \+0 ± 0 %/);
});

test('every row has its training, every name is there once, and each part is on in two trainings and off in two', () => {
  const trained = trainingVariants.map(({ name }) => name);
  expect(drawingVariants.filter(({ training }) => !trained.includes(training))).toEqual([]);
  for (const names of [trained, drawingVariants.map(({ name }) => name)]) expect(new Set(names).size).toBe(names.length);
  for (const sides of Object.values(factors))
    expect([...sides.with, ...sides.without].sort()).toEqual(['captions-half-body', 'captions-levels', 'first', 'half-body-levels']);
});
