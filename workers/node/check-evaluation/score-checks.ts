/** @file From measured photos to numbers: precision and recall of each check, good photos rejected, strangers and copies found. */
import { checkIds, checkPhoto, checkSet, type CheckId, type JudgedPhoto } from '#models/checks/index.ts';
import { people, type LabelledPhoto, type PersonName } from './labelled.ts';

/** How a check did over photos whose truth is known. */
export interface CheckScore {
  readonly check: CheckId;
  /** Photos with this defect, and how many of them were found. */
  readonly planted: number;
  readonly found: number;
  /** Photos with another defect that it was reported for as well, and good ones. */
  readonly alsoOn: number;
  readonly falseOnGood: number;
}

/** Scores the checks on single photos. */
export function scorePhotoChecks(photos: readonly LabelledPhoto[]): CheckScore[] {
  const judged = photos
    .filter(({ origin }) => origin !== 'copy')
    .map((photo) => ({ photo, found: new Set(checkPhoto(photo.measures).map(({ check }) => check)) }));
  return checkIds
    .filter((check) => check !== 'other-person' && check !== 'duplicate')
    .map((check) => {
      const reported = judged.filter(({ found }) => found.has(check));
      return {
        check,
        planted: judged.filter(({ photo }) => photo.expected === check).length,
        found: reported.filter(({ photo }) => photo.expected === check).length,
        alsoOn: reported.filter(({ photo }) => photo.expected !== check && photo.expected !== null).length,
        falseOnGood: reported.filter(({ photo }) => photo.origin === 'good').length,
      };
    });
}

/** Each planted defect by name: how often its check found it, and how often no check did. */
export function scoreDefects(photos: readonly LabelledPhoto[]): { defect: string; check: CheckId; planted: number; found: number; acceptedAnyway: number }[] {
  const planted = photos.filter((photo) => photo.expected !== null && photo.origin !== 'copy');
  return [...new Set(planted.map(({ defect }) => defect))].map((defect) => {
    const same = planted.filter((photo) => photo.defect === defect);
    const findings = same.map(({ measures }) => checkPhoto(measures).map(({ check }) => check));
    const check = same[0]!.expected!;
    return {
      defect: `${defect}${same[0]!.origin === 'bad' ? ' (bad/)' : ''}`,
      check,
      planted: same.length,
      found: findings.filter((found) => found.includes(check)).length,
      acceptedAnyway: findings.filter((found) => found.length === 0).length,
    };
  });
}

/** Good photos that would be rejected in the set of their own person, with the reasons. */
export function rejectedGood(photos: readonly LabelledPhoto[]): { total: number; rejected: { id: string; checks: CheckId[] }[] } {
  const good = photos.filter(({ origin }) => origin === 'good');
  const rejected = people.flatMap((person) => {
    const own = good.filter((photo) => photo.person === person);
    const set = checkSet(own);
    return own.flatMap(({ id, measures }) => {
      const checks = [...checkPhoto(measures), ...(set.get(id) ?? [])].map(({ check }) => check);
      return checks.length === 0 ? [] : [{ id, checks }];
    });
  });
  return { total: good.length, rejected };
}

export interface StrangerScore {
  readonly sets: number;
  readonly strangers: number;
  readonly found: number;
  /** The person's own photos, and how many were taken for a stranger's. */
  readonly own: number;
  readonly ownFlagged: number;
}

/** Sets of a person's photos with strangers among them. @param strangersOf ids of strangers to add to a set of `person` */
export function scoreStrangers(sets: readonly { readonly own: readonly JudgedPhoto[]; readonly strangers: readonly JudgedPhoto[] }[]): StrangerScore {
  const total = { sets: sets.length, strangers: 0, found: 0, own: 0, ownFlagged: 0 };
  for (const { own, strangers } of sets) {
    const findings = checkSet([...own, ...strangers]);
    const isFlagged = ({ id }: JudgedPhoto): boolean => (findings.get(id) ?? []).some(({ check }) => check === 'other-person');
    total.strangers += strangers.length;
    total.found += strangers.filter(isFlagged).length;
    total.own += own.length;
    total.ownFlagged += own.filter(isFlagged).length;
  }
  return total;
}

/** Twelve photos of each person, the first and the last, with each photo of everyone else in turn. */
export function twelveAndOne(photos: readonly LabelledPhoto[], of: (person: PersonName) => boolean): { own: JudgedPhoto[]; strangers: JudgedPhoto[] }[] {
  const good = photos.filter(({ origin }) => origin === 'good');
  return people.filter(of).flatMap((person) => {
    const own = good.filter((photo) => photo.person === person);
    const others = good.filter((photo) => photo.person !== person);
    return [own.slice(0, 12), own.slice(12)].flatMap((twelve) => others.map((stranger) => ({ own: twelve, strangers: [stranger] })));
  });
}

/** Twelve photos of each person with one of every other person at once. */
export function twelveAndFive(photos: readonly LabelledPhoto[], of: (person: PersonName) => boolean): { own: JudgedPhoto[]; strangers: JudgedPhoto[] }[] {
  const good = photos.filter(({ origin }) => origin === 'good');
  return people.filter(of).flatMap((person) => {
    const photosOf = (name: PersonName): LabelledPhoto[] => good.filter((photo) => photo.person === name);
    return Array.from({ length: 24 }, (_, turn) => ({
      own: photosOf(person).filter((__, index) => (index + turn) % 2 === 0),
      strangers: people.filter((name) => name !== person).map((name) => photosOf(name)[turn]!),
    }));
  });
}

/** Twelve good photos of each person who has bad ones, all their bad ones, and a stranger: half of the set is spoilt. */
export function halfSpoilt(photos: readonly LabelledPhoto[]): { own: JudgedPhoto[]; strangers: JudgedPhoto[] }[] {
  return people.flatMap((person) => {
    const bad = photos.filter((photo) => photo.person === person && photo.origin === 'bad' && photo.expected !== 'several-faces');
    if (bad.length === 0) return [];
    const good = photos.filter((photo) => photo.person === person && photo.origin === 'good').slice(0, 12);
    const others = photos.filter((photo) => photo.person !== person && photo.origin === 'good');
    return others.map((stranger) => ({ own: [...good, ...bad], strangers: [stranger] }));
  });
}

/** Each planted copy beside all good photos of its person: the copy, or its original, must be the only duplicate. */
export function scoreCopies(photos: readonly LabelledPhoto[]): { copy: string; planted: number; found: number; falsePairs: number }[] {
  const copies = photos.filter(({ origin }) => origin === 'copy');
  return [...new Set(copies.map(({ defect }) => defect))].map((copy) => {
    const same = copies.filter(({ defect }) => defect === copy);
    const duplicates = same.map((photo) => {
      const original = photo.id.slice(0, photo.id.indexOf(' copy: '));
      const set = [...photos.filter(({ person, origin }) => person === photo.person && origin === 'good'), photo];
      const found = [...checkSet(set)].flatMap(([id, findings]) =>
        findings.filter(({ check }) => check === 'duplicate').map(({ otherPhotoId }) => [id, otherPhotoId]),
      );
      return {
        isFound: found.some((pair) => pair.includes(photo.id) && pair.includes(original)),
        others: found.filter((pair) => !pair.includes(photo.id)).length,
      };
    });
    return {
      copy,
      planted: same.length,
      found: duplicates.filter(({ isFound }) => isFound).length,
      falsePairs: duplicates.reduce((sum, { others }) => sum + others, 0),
    };
  });
}
