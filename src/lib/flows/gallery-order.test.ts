/** @file In which order pictures hang. */
import { expect, test } from 'vitest';
import { personReference, rankPictures, type Standing } from '#models/ranking/index.ts';
import { goodFace, goodPhoto } from '#models/checks/measures-fixture.ts';
import type { ImageRecord } from '#storage/image-store.ts';
import { inShownOrder, toRanked, type GallerySort } from './gallery-order.ts';
import { looks } from './looks.ts';

const photo = { ...goodPhoto, faces: [{ ...goodFace, embedding: Float32Array.of(1, 0) }] };
const person = personReference(['1', '2', '3'].map((id) => ({ id, measures: photo })));

/** @param off how far the face is from the person's */
function picture(id: string, styleId: string, off: number, fingerprint: string, marks: Partial<ImageRecord> = {}): ImageRecord {
  const measures = { ...photo, faces: [{ ...goodFace, embedding: Float32Array.of(1, off) }], fingerprint };
  const drawn = { prompt: '', negativePrompt: '', scheduler: 'ddim', seed: 0, steps: 20, guidance: 4, widthPx: 192, heightPx: 192 };
  return { id, projectId: 'p', likenessId: null, styleId, ...drawn, createdAt: 0, favourite: false, setAside: false, measures, ...marks };
}

const [first, second] = looks.map(({ id }) => id) as [string, string];
const images = [
  picture('newest', second, 0.3, '000000000000ffff'),
  picture('copy', first, 0.2, 'ffffffff00000001'),
  picture('best', first, 0, 'ffffffff00000000'),
  picture('oldest', second, 0.1, 'ffff000000000000'),
];
const standings = new Map(rankPictures(images.map(toRanked), person).map((standing): [string, Standing] => [standing.id, standing]));
const order = (sort: GallerySort, open: ReadonlySet<string> | null): string[] => inShownOrder(images, standings, sort, open).map(({ id }) => id);

test('best first, newest first, or by look with the best of each first', () => {
  expect(order('best', null)).toEqual(['best', 'oldest', 'copy', 'newest']);
  expect(order('newest', null)).toEqual(['newest', 'copy', 'best', 'oldest']);
  expect(order('look', null)).toEqual(['best', 'copy', 'oldest', 'newest']);
});

test('a near-duplicate lies in the stack of the best, and right behind it when the stack is open', () => {
  expect(order('best', new Set())).toEqual(['best', 'oldest', 'newest']);
  expect(order('best', new Set(['best']))).toEqual(['best', 'copy', 'oldest', 'newest']);
  expect(order('newest', new Set(['best']))).toEqual(['newest', 'best', 'copy', 'oldest']);
});

test('a near-duplicate whose leader is not among the pictures hangs by itself', () => {
  const without = images.filter(({ id }) => id !== 'best');
  expect(inShownOrder(without, standings, 'best', new Set()).map(({ id }) => id)).toEqual(['oldest', 'copy', 'newest']);
});

test('favourites and pictures that were brought back count as chosen by the person', () => {
  expect([{ favourite: true }, { isBroughtBack: true }, {}].map((marks) => toRanked(picture('a', first, 0, '0', marks)).isChosen)).toEqual([true, true, false]);
});
