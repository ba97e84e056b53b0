/** @file All pictures of a person in order: the best first, near-duplicates together, and what is set aside. */
import { fingerprintDistance } from '../vision/measures/fingerprint.ts';
import type { PhotoMeasures } from '../vision/photo-measures.ts';
import { stackBits } from './limits.ts';
import type { PersonReference } from './person-reference.ts';
import { asideReasons, type AsideFinding } from './reasons.ts';
import { scorePicture, type PictureScore } from './score-picture.ts';

export interface RankedPicture {
  readonly id: string;
  /** Near-duplicates and spares are looked for within one look. */
  readonly look: string;
  /** Null: nobody looked yet. Such a picture is never set aside and comes last. */
  readonly measures: PhotoMeasures | null;
  /** The order that it was drawn for: of all its pictures of one look, the best `wanted` are shown. */
  readonly batch?: { readonly id: string; readonly wanted: number };
  /** True for one that the person has decided to keep: it is never set aside. */
  readonly isChosen: boolean;
}

/** Where a picture stands. */
export interface Standing {
  readonly id: string;
  /** Null where nobody looked. */
  readonly score: PictureScore | null;
  /** Everything that speaks against it, in the order of the registry, also for a picture that the person chose. */
  readonly findings: readonly AsideFinding[];
  readonly isAside: boolean;
  /** The best of the near-duplicates it lies with: itself, if there are none or it is the best. */
  readonly leaderId: string;
}

/** @returns best first, those that are set aside last; among equals in the order they came in */
export function rankPictures(pictures: readonly RankedPicture[], person: PersonReference): Standing[] {
  const scored = pictures.map((picture) => ({ picture, score: picture.measures === null ? null : scorePicture(picture.measures, person) }));
  const best = [...scored].sort((a, b) => compareWorth(a.score, b.score));
  const spares = sparesOf(best);
  const judged = best.map(({ picture, score }) => {
    const own = score?.findings ?? [];
    const findings = spares.has(picture.id) ? [...own, { reason: 'spare', value: null, limit: picture.batch?.wanted ?? null } as const] : own;
    return { picture, score, findings: inOrder(findings), isAside: !picture.isChosen && findings.length > 0 };
  });
  const ordered = [...judged.filter(({ isAside }) => !isAside), ...judged.filter(({ isAside }) => isAside)];
  const leaders: RankedPicture[] = [];
  return ordered.map(({ picture, score, findings, isAside }) => {
    const leader = isAside ? undefined : leaders.find((other) => isNearDuplicate(other, picture));
    if (leader === undefined && !isAside) leaders.push(picture);
    return { id: picture.id, score, findings, isAside, leaderId: leader?.id ?? picture.id };
  });
}

/** Best first; pictures that nobody looked at come last. Equal where a worth is no number, as of measures that overflow. */
function compareWorth(a: PictureScore | null, b: PictureScore | null): number {
  if (a === null || b === null) return Number(a === null) - Number(b === null);
  return a.worth === b.worth ? 0 : b.worth - a.worth || 0;
}

/** Of each order and look all fit pictures beyond the best `wanted`; those that the person chose count first. */
function sparesOf(best: readonly { readonly picture: RankedPicture; readonly score: PictureScore | null }[]): ReadonlySet<string> {
  const fit = best.filter(({ picture, score }) => score !== null && (picture.isChosen || score.findings.length === 0));
  const shown = new Map<string, number>();
  const spares = new Set<string>();
  for (const { picture } of [...fit.filter((entry) => entry.picture.isChosen), ...fit.filter((entry) => !entry.picture.isChosen)]) {
    if (picture.batch === undefined) continue;
    const key = `${picture.batch.id} ${picture.look}`;
    const before = shown.get(key) ?? 0;
    if (before >= picture.batch.wanted && !picture.isChosen) spares.add(picture.id);
    shown.set(key, before + 1);
  }
  return spares;
}

function isNearDuplicate(a: RankedPicture, b: RankedPicture): boolean {
  return a.look === b.look && a.measures !== null && b.measures !== null && fingerprintDistance(a.measures.fingerprint, b.measures.fingerprint) <= stackBits;
}

function inOrder(findings: readonly AsideFinding[]): readonly AsideFinding[] {
  return [...findings].sort((a, b) => asideReasons.indexOf(a.reason) - asideReasons.indexOf(b.reason));
}
