/** @file Judges photos against one another. */
import { personReadsAsMinor } from '../vision/age.ts';
import type { PhotoMeasures } from '../vision/photo-measures.ts';
import { checkPhoto } from './check-photo.ts';
import { findDuplicates } from './duplicates.ts';
import type { CheckId, Finding } from './finding.ts';
import { judgedFace, type JudgedPhoto } from './judged-photo.ts';
import { setLimits } from './limits.ts';
import { matchPerson } from './same-person.ts';

/**
 * What only shows beside the others: a person who looks under age on most photos, another person, and the same picture twice.
 *
 * @param photos all photos of the set, also those with findings of their own
 * @returns an entry for every photo, by id, in the order of `checkIds`; empty where nothing is wrong
 */
export function checkSet(photos: readonly JudgedPhoto[]): ReadonlyMap<string, readonly Finding[]> {
  const findings = new Map<string, Finding[]>(photos.map(({ id }) => [id, []]));
  const add = (id: string, finding: Finding): void => void findings.get(id)?.push(finding);
  const faces = photos.flatMap(({ id, measures, chosenFace }) => {
    const face = judgedFace(measures, chosenFace);
    return face === undefined ? [] : [{ id, embedding: face.embedding, apparentAgeYears: face.apparentAgeYears, isClear: isClear(measures, chosenFace) }];
  });
  const embedded = faces.flatMap(({ id, embedding, isClear }) => (embedding === null ? [] : [{ id, embedding, isClear }]));
  const strangers = matchPerson(embedded).flatMap(({ cosine, limit, isSame }, index) => (isSame ? [] : [{ id: embedded[index]!.id, value: cosine, limit }]));

  const own = faces.filter(({ id }) => !strangers.some((stranger) => stranger.id === id));
  // Blurred and upside-down faces read years too young.
  const ages = own.flatMap(({ apparentAgeYears, isClear }) => (apparentAgeYears === null || !isClear ? [] : [apparentAgeYears]));
  if (personReadsAsMinor(ages)) for (const { id } of own) add(id, { check: 'minor', value: medianAge(ages), limit: setLimits.personAgeYears });
  for (const { id, value, limit } of strangers) add(id, { check: 'other-person', value, limit });
  for (const { id, keptId, bits, limit } of findDuplicates(photos)) add(id, { check: 'duplicate', value: bits, limit, otherPhotoId: keptId });
  return findings;
}

/** Findings with which the embedding of a face strays, so that it neither votes nor is held to the strict limit. */
const spoiling: ReadonlySet<CheckId> = new Set([
  'face-small',
  'face-cut-off',
  'not-upright',
  'turned-away',
  'covered',
  'blurred',
  'noisy',
  'dark',
  'overexposed',
  'colour-cast',
]);

function isClear(measures: PhotoMeasures, chosenFace: number | undefined): boolean {
  return !checkPhoto(measures, chosenFace).some(({ check }) => spoiling.has(check));
}

/** As `personReadsAsMinor` takes it. */
function medianAge(ages: readonly number[]): number {
  const sorted = [...ages].sort((a, b) => a - b);
  const middle = (sorted.length - 1) / 2;
  return (sorted[Math.floor(middle)]! + sorted[Math.ceil(middle)]!) / 2;
}
