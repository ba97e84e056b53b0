/** @file The judgement of photos: left out for a reason, used anyway where a person may say so, never where they may not. */
import { expect, test } from 'vitest';
import { goodFace, goodPhoto } from '#models/checks/measures-fixture.ts';
import { checkIds, type CheckId } from '#models/checks/index.ts';
import type { PhotoMeasures } from '#models/vision/photo-measures.ts';
import { mostPhotos } from './defaults.ts';
import { coverageOfPhotos, judgePhotos, type JudgedRecord, photosForTraining } from './judge-photos.ts';

// Fingerprints that differ in half their bits, so that no photo is a duplicate of another.
const fingerprint = (index: number): string =>
  BigInt.asUintN(64, BigInt(index + 1) * 0x9e3779b97f4a7c15n)
    .toString(16)
    .padStart(16, '0');
const photo = (
  index: number,
  change: Partial<PhotoMeasures> | null = {},
  overridden: readonly CheckId[] = [],
  chosenFace: number | null = null,
): JudgedRecord => ({
  id: `photo ${index}`,
  measures: change === null ? null : { ...goodPhoto, fingerprint: fingerprint(index), ...change },
  chosenFace,
  overridden,
});
const dark = { faces: [{ ...goodFace, light: { ...goodFace.light, meanLightness: 3 } }] };
const checksOf = (records: readonly JudgedRecord[], id: string): readonly CheckId[] =>
  judgePhotos(records)
    .get(id)
    ?.open.map(({ check }) => check) ?? [];

test('a good photo is used; a dark one is left out with its reason', () => {
  const judgements = judgePhotos([photo(1), photo(2, dark)]);
  expect(judgements.get('photo 1')).toEqual({ state: 'good', open: [], setAside: [], isHardStop: false });
  expect(judgements.get('photo 2')).toMatchObject({ state: 'left-out', isHardStop: false, open: [{ check: 'dark', value: 3 }] });
});

test('a soft reason can be set aside, and is still told', () => {
  const judgements = judgePhotos([photo(2, dark, ['dark'])]);
  expect(judgements.get('photo 2')).toMatchObject({ state: 'used-anyway', open: [], setAside: [{ check: 'dark' }] });
});

test.each<[CheckId, Partial<PhotoMeasures>]>([
  ['no-face', { faces: [] }],
  ['minor', { faces: [{ ...goodFace, apparentAgeYears: 9 }] }],
  ['nudity', { nudity: 0.99 }],
])('%s stays a stop whatever was overridden', (check, change) => {
  const judgement = judgePhotos([photo(1, change, checkIds)]).get('photo 1');
  expect(judgement).toMatchObject({ state: 'left-out', isHardStop: true });
  expect(judgement?.open.map((finding) => finding.check)).toContain(check);
});

test('several faces are a reason until one is chosen', () => {
  const two = { faces: [goodFace, { ...goodFace, box: [0.6, 0.2, 0.95, 0.65] as const }] };
  expect(checksOf([photo(1, two)], 'photo 1')).toEqual(['several-faces']);
  expect(checksOf([photo(1, two, [], 1)], 'photo 1')).toEqual([]);
});

test('of two pictures that are the same, one is used and the other points to it', () => {
  const records = [photo(1), { ...photo(1), id: 'copy' }];
  const judgements = judgePhotos(records);
  const [kept, copy] = judgements.get('copy')?.state === 'left-out' ? ['photo 1', 'copy'] : ['copy', 'photo 1'];
  expect(judgements.get(copy)?.open[0]).toMatchObject({ check: 'duplicate', otherPhotoId: kept });
  expect(judgements.get(kept)?.state).toBe('good');
});

test('photos that nobody looked at wait and are marked so', () => {
  const records = [photo(1, null), photo(2), photo(3, dark)];
  const judgements = judgePhotos(records);
  expect(judgements.get('photo 1')?.state).toBe('unchecked');
  expect(photosForTraining(records, judgements).map(({ id }) => id)).toEqual(['photo 2']);
  expect(coverageOfPhotos(records).photos).toBe(2);
});

test('no more photos are learned from than one likeness takes', () => {
  const records = Array.from({ length: 40 }, (_, index) => photo(index));
  expect(photosForTraining(records, judgePhotos(records)).length).toBe(mostPhotos);
});
