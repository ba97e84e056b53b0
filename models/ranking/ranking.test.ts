/** @file Ranking on measures that are known by construction, and on any measures at all. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { anyMeasures, goodFace, goodPhoto } from '../checks/measures-fixture.ts';
import { normalise } from '../vision/face-embedding.ts';
import type { FaceMeasures, PhotoMeasures } from '../vision/photo-measures.ts';
import { personReference } from './person-reference.ts';
import { rankPictures, type RankedPicture } from './rank-pictures.ts';
import { likenessWord, scorePicture } from './score-picture.ts';

const towards = (share: number): Float32Array => normalise([1, share, 0, 0]);
const picture = (face: Partial<FaceMeasures> = {}, rest: Partial<PhotoMeasures> = {}): PhotoMeasures => ({
  ...goodPhoto,
  faces: [{ ...goodFace, embedding: towards(0), ...face }],
  ...rest,
});
const person = personReference([0, 0.1, -0.1].map((share, i) => ({ id: String(i), measures: picture({ embedding: towards(share) }) })));
const reasonsOf = (measures: PhotoMeasures): string[] => scorePicture(measures, person).findings.map(({ reason }) => reason);
const hex = (bits: number): string => (2n ** BigInt(bits) - 1n).toString(16).padStart(16, '0');

describe('what a picture is set aside for', () => {
  test('a picture like the photos is not', () => expect(reasonsOf(picture())).toEqual([]));
  test.each<[string, PhotoMeasures]>([
    ['nudity', picture({}, { nudity: 0.71 })],
    ['no-face', { ...goodPhoto, faces: [] }],
    ['several-faces', { ...goodPhoto, faces: [picture().faces[0]!, { ...goodFace, box: [0, 0.2, 0.3, 0.5] }] }],
    ['distorted', picture({ shape: { presence: 0.4, points: [] } })],
    ['cut-off', picture({ box: [0.8, 0.2, 1.2, 0.7] })],
    ['face-small', picture({ box: [0.4, 0.4, 0.48, 0.5] })],
    ['skin-tone', picture({ skin: [goodFace.skin[0] - 19, 15, 18] })],
    ['skin-tone', picture({ skin: [65, 18, 5] })],
    ['not-alike', picture({ embedding: towards(1) })],
  ])('%s', (reason, measures) => expect(reasonsOf(measures)).toEqual([reason]));

  test('nothing, where photos or nets to compare with are absent', () => {
    expect(scorePicture(picture({ embedding: null }, { nudity: null }), personReference([]))).toMatchObject({ likeness: null, findings: [], ageYears: null });
  });

  test('a face built unlike the photos is distorted; one as far as they range is not', () => {
    const shaped = (x: number): PhotoMeasures => picture({ shape: { presence: 1, points: [x, 0, -x, 0] } });
    const own = personReference([1, 1.1, 0.9].map((x, i) => ({ id: String(i), measures: shaped(x) })));
    expect(scorePicture(shaped(1.1), own).findings).toEqual([]);
    expect(scorePicture(shaped(1.4), own).findings.map(({ reason }) => reason)).toEqual(['distorted']);
  });
});

describe('the order', () => {
  const entry = (
    id: string,
    share: number,
    rest: Partial<RankedPicture> = {},
    fingerprint = `${id.charCodeAt(0).toString(16)}ffff00000000ff`.slice(0, 16),
  ): RankedPicture => ({
    id,
    look: 'boardroom',
    isChosen: false,
    measures: picture({ embedding: towards(share) }, { fingerprint }),
    ...rest,
  });
  const far = ['0000000000000000', 'ffff000000000000', '0000ffff00000000', '00000000ffff0000'];

  test('the most alike first, what is set aside last, what nobody looked at after the rest', () => {
    const ranked = rankPictures(
      [entry('unseen', 0, { measures: null }), entry('far', 1, {}, far[0]), entry('near', 0.1, {}, far[1]), entry('nearer', 0.05, {}, far[2])],
      person,
    );
    expect(ranked.map(({ id, isAside }) => [id, isAside])).toEqual([
      ['nearer', false],
      ['near', false],
      ['unseen', false],
      ['far', true],
    ]);
  });

  test('of an order only as many as were asked for, by look; one that was brought back stays', () => {
    const batch = { id: 'today', wanted: 1 };
    const three = [entry('a', 0.05, { batch }, far[0]), entry('b', 0.1, { batch }, far[1]), entry('c', 0.2, { batch, look: 'editorial' }, far[2])];
    expect(rankPictures(three, person).filter(({ isAside }) => isAside)).toMatchObject([{ id: 'b', findings: [{ reason: 'spare', limit: 1 }] }]);
    const chosen = rankPictures(
      three.map((one) => ({ ...one, isChosen: one.id === 'b' })),
      person,
    );
    expect(chosen.filter(({ isAside }) => isAside).map(({ id }) => id)).toEqual(['a']);
  });

  test('near-duplicates lie with the best of them, others alone', () => {
    const ranked = rankPictures(
      [
        entry('worse', 0.2, {}, hex(8)),
        entry('best', 0, {}, hex(0)),
        entry('other', 0.1, {}, hex(17)),
        entry('other look', 0.1, { look: 'editorial' }, hex(1)),
      ],
      person,
    );
    expect(Object.fromEntries(ranked.map(({ id, leaderId }) => [id, leaderId]))).toEqual({
      best: 'best',
      worse: 'best',
      other: 'other',
      'other look': 'other look',
    });
  });
});

describe('of any measures', () => {
  const anyPictures = fc
    .array(
      fc.record({
        measures: fc.option(anyMeasures),
        isChosen: fc.boolean(),
        look: fc.constantFrom('a', 'b'),
        wanted: fc.option(fc.integer({ min: 0, max: 3 })),
      }),
      { maxLength: 12 },
    )
    .map((list) =>
      list.map(({ wanted, ...rest }, i): RankedPicture => ({ id: String(i), ...rest, ...(wanted === null ? {} : { batch: { id: 'one', wanted } }) })),
    );

  test('every picture stands somewhere once; chosen and unseen ones are never set aside; leaders are shown and lead themselves', () => {
    fc.assert(
      fc.property(anyPictures, fc.array(anyMeasures, { maxLength: 4 }), (pictures, photos) => {
        const ranked = rankPictures(pictures, personReference(photos.map((measures, i) => ({ id: String(i), measures }))));
        expect(ranked.map(({ id }) => id).sort()).toEqual(pictures.map(({ id }) => id).sort());
        const byId = new Map(ranked.map((standing) => [standing.id, standing]));
        for (const { id, isChosen, measures } of pictures) if (isChosen || measures === null) expect(byId.get(id)?.isAside).toBe(false);
        for (const { isAside, findings, leaderId, id } of ranked) {
          if (isAside) expect(findings.length).toBeGreaterThan(0);
          const leader = byId.get(leaderId);
          expect(leader?.leaderId).toBe(leaderId);
          if (leaderId !== id) expect(leader?.isAside).toBe(false);
        }
        const shown = ranked.filter(({ isAside }) => !isAside);
        expect(ranked.slice(0, shown.length)).toEqual(shown);
        const seen = shown.map(({ score }) => score !== null);
        expect(seen).toEqual([...seen].sort((a, b) => Number(b) - Number(a)));
      }),
    );
  });

  test('the order does not depend on what is set aside by hand, nor on the order they came in', () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.double({ min: 0, max: 0.2, noNaN: true }), { minLength: 2, maxLength: 6 }), (shares) => {
        const pictures = shares.map((share, i): RankedPicture => ({
          id: String(i),
          look: 'a',
          isChosen: false,
          measures: picture({ embedding: towards(share) }),
        }));
        const worths = (list: RankedPicture[]): unknown[] => rankPictures(list, person).map(({ score }) => score?.worth);
        expect(worths([...pictures].reverse())).toEqual(worths(pictures));
      }),
    );
  });

  test('words rise with likeness', () => {
    const rank = ['little', 'some', 'good', 'high'];
    fc.assert(
      fc.property(fc.double({ min: 0, max: 1, noNaN: true }), fc.double({ min: 0, max: 1, noNaN: true }), (a, b) => {
        expect(rank.indexOf(likenessWord(Math.max(a, b), 0.98))).toBeGreaterThanOrEqual(rank.indexOf(likenessWord(Math.min(a, b), 0.98)));
      }),
    );
    expect(likenessWord(0.975, 0.98)).toBe('high');
    expect(likenessWord(0.89, 0.98)).toBe('little');
  });
});
