/** @file What a set lacks: counted on made-up faces. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { FaceMeasures } from '../vision/photo-measures.ts';
import { coverageGaps, coverageOf, type JudgedPhoto } from './index.ts';
import { anyMeasures, goodFace, goodPhoto } from './measures-fixture.ts';

let next = 0;
const photo = (change: Partial<FaceMeasures> = {}): JudgedPhoto => ({ id: `${next++}`, measures: { ...goodPhoto, faces: [{ ...goodFace, ...change }] } });
const turned = (yaw: number): Partial<FaceMeasures> => ({ pose: { ...goodFace.pose, yaw } });
const lit = (sideDifference: number): Partial<FaceMeasures> => ({ light: { ...goodFace.light, sideDifference } });
const smiling: Partial<FaceMeasures> = { mouth: { opening: 0.1, smile: 0.15 } };
const gapsOf = (photos: readonly JudgedPhoto[]): string[] => coverageOf(photos).missing.map(({ gap }) => gap);

const full = [
  ...[photo(), photo(), photo(smiling), photo(smiling)],
  ...[photo(turned(-30)), photo(turned(-20)), photo(turned(30)), photo(turned(20))],
  ...[photo(lit(20)), photo(lit(-20)), photo(lit(30)), photo({ box: [0.4, 0.2, 0.6, 0.45] }), photo({ box: [0.4, 0.2, 0.6, 0.45] })],
];

test('a varied set lacks nothing', () => {
  expect(coverageOf(full)).toMatchObject({ photos: 13, share: 1, missing: [] });
});

test('no photos lack everything, in the order in which to begin', () => {
  const { missing, share } = coverageOf([]);
  expect(share).toBe(0);
  expect(missing[0]).toEqual({ gap: 'photos', have: 0, want: 10 });
  expect(missing.map(({ gap }) => coverageGaps.indexOf(gap))).toEqual(missing.map((_, index) => index));
});

test('ten times the same photo lacks angles, light, a smile and distance', () => {
  expect(gapsOf(Array.from({ length: 10 }, () => photo()))).toEqual(['left', 'right', 'light', 'smiling', 'far']);
});

test('light is dim against the usual light of the person, whatever the skin', () => {
  const bright = (meanLightness: number): JudgedPhoto => photo({ light: { ...goodFace.light, meanLightness } });
  const dark = Array.from({ length: 9 }, () => bright(34));
  expect(coverageOf(dark).counts.light).toMatchObject({ even: 9, dim: 0 });
  expect(coverageOf([...dark, bright(22)]).counts.light).toMatchObject({ even: 9, dim: 1 });
});

test('glasses may be worn always or never, but not once', () => {
  const worn = full.map(({ measures }) => photo({ ...measures.faces[0]!, glasses: 1 }));
  expect(gapsOf(worn)).toEqual([]);
  expect(gapsOf([...full, worn[0]!])).toEqual(['glasses-with']);
  expect(gapsOf([...worn, full[0]!])).toEqual(['glasses-without']);
});

test('any measures give a share from 0 to 1, and every photo is counted once in every topic', () => {
  fc.assert(
    fc.property(fc.array(anyMeasures, { maxLength: 6 }), (all) => {
      const { share, missing, photos, counts } = coverageOf(all.map((measures, index) => ({ id: `${index}`, measures })));
      expect(share).toBeGreaterThanOrEqual(0);
      expect(share).toBeLessThanOrEqual(1);
      for (const { have, want } of missing) expect(have).toBeLessThan(want);
      for (const kinds of Object.values(counts)) expect(Object.values(kinds).reduce((sum, count) => sum + count, 0)).toBe(photos);
    }),
  );
});
