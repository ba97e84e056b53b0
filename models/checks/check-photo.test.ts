/** @file The rules on measures made up by fast-check, and one case for each check. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { PhotoMeasures } from '../vision/photo-measures.ts';
import { checkIds, checkPhoto, sentenceOf, type CheckId } from './index.ts';
import { anyMeasures, goodFace, goodPhoto } from './measures-fixture.ts';
import { photoChecks } from './registry.ts';

const found = (measures: PhotoMeasures, chosenFace?: number): CheckId[] => checkPhoto(measures, chosenFace).map(({ check }) => check);
const withFace = (change: Partial<typeof goodFace>): PhotoMeasures => ({ ...goodPhoto, faces: [{ ...goodFace, ...change }] });
const { light } = goodFace;

test('a good photo has no findings', () => {
  expect(checkPhoto(goodPhoto)).toEqual([]);
});

describe('each defect is found by its own check alone', () => {
  const cases: readonly (readonly [CheckId, PhotoMeasures])[] = [
    ['minor', withFace({ apparentAgeYears: 12 })],
    ['nudity', { ...goodPhoto, nudity: 0.95 }],
    ['no-face', { ...goodPhoto, faces: [] }],
    ['several-faces', { ...goodPhoto, faces: [goodFace, goodFace] }],
    ['face-small', withFace({ box: [0.4, 0.4, 0.45, 0.47] })],
    ['face-cut-off', withFace({ box: [-0.2, 0.2, 0.3, 0.7] })],
    ['not-upright', withFace({ pose: { yaw: 0, pitch: 0, roll: 178 } })],
    ['turned-away', withFace({ pose: { yaw: -80, pitch: 0, roll: 0 } })],
    ['turned-away', withFace({ pose: { yaw: 0, pitch: 60, roll: 0 } })],
    ['eyes-closed', withFace({ eyeOpening: { right: 0.03, left: 0.05 } })],
    ['eyes-closed', withFace({ eyesShown: 0.1 })],
    ['covered', withFace({ covered: { eyes: 0, lowerFace: 0.9 } })],
    ['covered', withFace({ covered: { eyes: 0.9, lowerFace: 0 } })],
    ['blurred', withFace({ sharpness: 0.01 })],
    ['noisy', { ...goodPhoto, noise: 60 }],
    ['dark', withFace({ light: { ...light, meanLightness: 3 } })],
    ['overexposed', withFace({ light: { ...light, brightShare: 0.8 } })],
    ['colour-cast', { ...goodPhoto, cast: [5, -60] }],
    ['colour-cast', withFace({ skin: [60, 20, -50] })],
    ['black-and-white', { ...goodPhoto, chroma: 0.1 }],
    ['beauty-filter', withFace({ smoothing: 0.99 })],
  ];
  test.each(cases)('%s', (check, measures) => {
    expect(found(measures)).toEqual([check]);
    expect(sentenceOf(checkPhoto(measures)[0]!).length).toBeGreaterThan(10);
  });

  test('every check on one photo has a case', () => {
    expect(new Set(cases.map(([check]) => check))).toEqual(new Set(photoChecks.map(({ id }) => id)));
  });

  test('every check there is has one rule, or is judged over the set', () => {
    const ids = photoChecks.map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
    expect(new Set([...ids, 'other-person', 'duplicate'])).toEqual(new Set(checkIds));
  });
});

test('a wink is no closed eye', () => {
  expect(found(withFace({ eyeOpening: { right: 0.02, left: 0.3 } }))).toEqual([]);
});

test('several faces are no finding once the person chose one, and the chosen one is judged', () => {
  const measures = { ...goodPhoto, faces: [goodFace, { ...goodFace, sharpness: 0.01 }] };
  expect(found(measures, 0)).toEqual([]);
  expect(found(measures, 1)).toEqual(['blurred']);
});

test('a passer-by far behind does not count, but a child does, whichever face is chosen', () => {
  const small = { ...goodFace, box: [0.1, 0.1, 0.2, 0.2] } as const;
  expect(found({ ...goodPhoto, faces: [goodFace, small] })).toEqual([]);
  expect(found({ ...goodPhoto, faces: [goodFace, { ...small, apparentAgeYears: 9 }] }, 0)).toEqual(['minor']);
});

test('what the detector half believes and the mesh does not is no face, unless the person chose it', () => {
  const rock = withFace({ score: 0.6, covered: { eyes: 0, lowerFace: 0.99 }, apparentAgeYears: 10 });
  expect(found(rock)).toEqual(['no-face']);
  expect(found(rock, 0)).toContain('covered');
});

test('any finite measures give findings in order, each with finite numbers, never a throw', () => {
  fc.assert(
    fc.property(anyMeasures, fc.option(fc.nat(5), { nil: undefined }), (measures, chosenFace) => {
      const findings = checkPhoto(measures, chosenFace);
      const order = findings.map(({ check }) => checkIds.indexOf(check));
      expect(order).toEqual([...new Set(order)].sort((a, b) => a - b));
      for (const { value, limit } of findings) expect(Number.isFinite(value) && Number.isFinite(limit)).toBe(true);
      if (measures.faces.length === 0) expect(findings.map(({ check }) => check)).toContain('no-face');
    }),
    { numRuns: 2000 },
  );
});
