/** @file Judges one photo by itself. */
import type { PhotoMeasures } from '../vision/photo-measures.ts';
import { checkIds, type CheckId, type Finding } from './finding.ts';
import { judgedFace } from './judged-photo.ts';
import { photoChecks, type Verdict } from './registry.ts';

/**
 * Why a photo should not be learned from, by its own measures.
 *
 * @param chosenFace index into `measures.faces`; without it the surest face is judged, and several are a finding
 * @returns in the order of `checkIds`; empty for a good photo. A photo without a face has findings of the whole picture only
 */
export function checkPhoto(measures: PhotoMeasures, chosenFace?: number): readonly Finding[] {
  const face = judgedFace(measures, chosenFace);
  const found = new Map<CheckId, Finding>();
  for (const check of photoChecks) {
    if (check.unless?.some((id) => found.has(id)) === true) continue;
    const verdict: Verdict = check.of === 'picture' ? check.judge(measures, chosenFace) : face === undefined ? null : check.judge(face, measures);
    if (verdict !== null) found.set(check.id, { check: check.id, ...verdict });
  }
  return inOrder([...found.values()]);
}

/** Findings as they are shown: gravest first. */
export function inOrder(findings: readonly Finding[]): Finding[] {
  return [...findings].sort((a, b) => checkIds.indexOf(a.check) - checkIds.indexOf(b.check));
}
