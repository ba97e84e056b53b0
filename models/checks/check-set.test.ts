/** @file Checks over a set, on embeddings and fingerprints made by a seeded generator. Real photos: `npm run evaluate:checks`. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { normalise, type FaceEmbedding } from '../vision/face-embedding.ts';
import { mirroredFingerprint } from '../vision/measures/fingerprint.ts';
import { checkPhoto, checkSet, type JudgedPhoto } from './index.ts';
import { anyMeasures, goodFace, goodPhoto } from './measures-fixture.ts';

const length = 128;
/** Directions that lie near one another for the same person: the angle between two photos is set by `spread`. */
function embeddingOf(person: number, photo: number, spread = 0.15): FaceEmbedding {
  const wave = (seed: number, i: number): number => Math.sin(seed * 91.7 + i * (seed + 1.3) * 1.7);
  const [base, own] = [
    normalise(Array.from({ length }, (_, i) => wave(person, i))),
    normalise(Array.from({ length }, (_, i) => wave(person * 50 + photo + 7.1, i))),
  ];
  return normalise(base.map((value, i) => value + spread * own[i]!));
}

const fingerprintOf = (seed: number): string =>
  Array.from({ length: 16 }, (_, i) => Math.floor((16 * Math.abs(Math.sin(seed * 12.9898 + i * 78.233) * 43758.5453)) % 16).toString(16)).join('');

let next = 0;
function photo(id: string, change: { person?: number; fingerprint?: string; sharpness?: number; embedding?: FaceEmbedding | null } = {}): JudgedPhoto {
  next++;
  const embedding = change.embedding === undefined ? embeddingOf(change.person ?? 1, next) : change.embedding;
  return {
    id,
    measures: { ...goodPhoto, fingerprint: change.fingerprint ?? fingerprintOf(next), faces: [{ ...goodFace, sharpness: change.sharpness ?? 1, embedding }] },
  };
}
const people = (person: number, count: number): JudgedPhoto[] => Array.from({ length: count }, (_, i) => photo(`${person}-${i}`, { person }));
const flagged = (photos: readonly JudgedPhoto[], check: string): string[] =>
  [...checkSet(photos)].filter(([, findings]) => findings.some((finding) => finding.check === check)).map(([id]) => id);

describe('other-person', () => {
  test.each([0, 6, 12])('one stranger among 12 photos is found wherever it stands', (place) => {
    const photos = people(1, 12);
    photos.splice(place, 0, photo('stranger', { person: 2 }));
    expect(flagged(photos, 'other-person')).toEqual(['stranger']);
  });

  test('six strangers of six faces are found beside six photos of the person', () => {
    const strangers = Array.from({ length: 6 }, (_, i) => photo(`stranger-${i}`, { person: 10 + i }));
    expect(flagged([...strangers, ...people(1, 6)], 'other-person')).toEqual(strangers.map(({ id }) => id));
  });

  test('photos without a face or an embedding do not disturb the others', () => {
    const faceless = Array.from({ length: 6 }, (_, i) => photo(`none-${i}`, { embedding: null }));
    expect(flagged([...faceless, ...people(1, 5), photo('stranger', { person: 2 })], 'other-person')).toEqual(['stranger']);
  });

  test('spoilt photos of the person have no vote and are judged leniently, a stranger among them is still found', () => {
    const blurred = (photos: readonly JudgedPhoto[]): JudgedPhoto[] =>
      photos.map(({ id, measures }) => ({ id, measures: { ...measures, faces: [{ ...measures.faces[0]!, sharpness: 0.1 }] } }));
    const strayed = Array.from({ length: 8 }, (_, i) => photo(`spoilt-${i}`, { embedding: embeddingOf(1, 900 + i, 0.35) }));
    const photos = [...people(1, 8), ...blurred(strayed), ...blurred([photo('stranger', { person: 2 })])];
    expect(flagged(photos, 'other-person')).toEqual(['stranger']);
  });

  test('two photos cannot outvote each other', () => {
    expect(flagged([photo('a', { person: 1 }), photo('b', { person: 2 })], 'other-person')).toEqual([]);
  });
});

describe('minor', () => {
  const aged = (count: number, apparentAgeYears: number): JudgedPhoto[] =>
    people(1, count).map(({ id, measures }) => ({ id, measures: { ...measures, faces: [{ ...measures.faces[0]!, apparentAgeYears }] } }));

  test('a person who looks 19 on every photo is stopped by the set, though no single photo is', () => {
    const photos = aged(10, 19);
    expect(flagged(photos, 'minor')).toEqual(photos.map(({ id }) => id));
    expect(photos.flatMap(({ measures }) => checkPhoto(measures))).toEqual([]);
  });

  test('ages read on blurred faces have no say', () => {
    const blurred = aged(6, 19).map(({ id, measures }) => ({
      id: `blurred ${id}`,
      measures: { ...measures, faces: [{ ...measures.faces[0]!, sharpness: 0.1 }] },
    }));
    expect(flagged([...aged(5, 30), ...blurred], 'minor')).toEqual([]);
  });

  test('one photo that looks younger than the others stops no adult', () => {
    expect(flagged([...aged(9, 30), ...aged(1, 19)], 'minor')).toEqual([]);
  });
});

describe('duplicate', () => {
  const flip = (fingerprint: string, bits: number): string => (BigInt(`0x${fingerprint}`) ^ (2n ** BigInt(bits) - 1n)).toString(16).padStart(16, '0');

  test('the better copy is kept, and the other points to it', () => {
    const twin = fingerprintOf(99);
    const photos = [photo('soft', { fingerprint: flip(twin, 2), sharpness: 0.6 }), photo('sharp', { fingerprint: twin, sharpness: 0.9 }), ...people(1, 3)];
    expect(flagged(photos, 'duplicate')).toEqual(['soft']);
    expect(
      checkSet(photos)
        .get('soft')!
        .find(({ check }) => check === 'duplicate'),
    ).toMatchObject({ otherPhotoId: 'sharp', value: 2 });
  });

  test('a mirrored copy is a duplicate', () => {
    const twin = fingerprintOf(98);
    expect(flagged([photo('a', { fingerprint: twin }), photo('b', { fingerprint: mirroredFingerprint(twin), sharpness: 0.9 })], 'duplicate')).toEqual(['b']);
  });

  test('pictures that are merely alike are duplicates only where the faces agree', () => {
    const twin = fingerprintOf(97);
    const near = flip(twin, 10);
    const same = embeddingOf(1, 5);
    expect(
      flagged([photo('a', { fingerprint: twin, embedding: same }), photo('b', { fingerprint: near, embedding: same, sharpness: 0.9 })], 'duplicate'),
    ).toEqual(['b']);
    expect(flagged([photo('a', { fingerprint: twin, person: 1 }), photo('b', { fingerprint: near, person: 2 })], 'duplicate')).toEqual([]);
  });
});

test('any measures give an entry for every photo, and a duplicate points to a kept one', () => {
  fc.assert(
    fc.property(fc.array(anyMeasures, { maxLength: 8 }), (all) => {
      const photos = all.map((measures, index) => ({ id: `${index}`, measures }));
      const findings = checkSet(photos);
      expect([...findings.keys()]).toEqual(photos.map(({ id }) => id));
      for (const list of findings.values()) {
        for (const { check, otherPhotoId } of list) {
          if (check === 'duplicate') expect(findings.get(otherPhotoId!)!.some((other) => other.check === 'duplicate')).toBe(false);
        }
      }
    }),
    { numRuns: 500 },
  );
});
