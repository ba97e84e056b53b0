/** @file The doorway of the checks: what may be wrong with photos, by themselves and together, and what a set of them lacks. */
export { checkPhoto, inOrder } from './check-photo.ts';
export { checkSet } from './check-set.ts';
export {
  coverageGaps,
  coverageKinds,
  coverageOf,
  type Coverage,
  type CoverageGap,
  type CoverageGapId,
  type CoverageKind,
  type CoverageTopic,
} from './coverage.ts';
export { checkIds, hardChecks, type CheckId, type Finding } from './finding.ts';
export type { JudgedPhoto } from './judged-photo.ts';
export { sentenceOf } from './sentences.ts';
