/** @file Judges photos against one another. */
import { findDuplicates } from './duplicates.ts';
import type { Finding } from './finding.ts';
import { judgedFace, type JudgedPhoto } from './judged-photo.ts';
import { setLimits } from './limits.ts';
import { matchPerson } from './same-person.ts';

/**
 * What only shows beside the others: another person, and the same picture twice.
 *
 * @param photos all photos of the set, also those with findings of their own
 * @returns an entry for every photo, by id, in the order of `checkIds`; empty where nothing is wrong
 */
export function checkSet(photos: readonly JudgedPhoto[]): ReadonlyMap<string, readonly Finding[]> {
  const findings = new Map<string, Finding[]>(photos.map(({ id }) => [id, []]));
  const faces = photos.flatMap(({ id, measures, chosenFace }) => {
    const embedding = judgedFace(measures, chosenFace)?.embedding ?? null;
    return embedding === null ? [] : [{ id, embedding }];
  });
  for (const { index, cosine, isSame } of matchPerson(faces.map(({ embedding }) => embedding))) {
    if (!isSame) findings.get(faces[index]!.id)!.push({ check: 'other-person', value: cosine, limit: setLimits.samePersonCosine });
  }
  for (const { id, keptId, bits, limit } of findDuplicates(photos)) {
    findings.get(id)!.push({ check: 'duplicate', value: bits, limit, otherPhotoId: keptId });
  }
  return findings;
}
