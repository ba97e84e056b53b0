/** @file How ages and sexes are read: rows in Markdown. */
import { minorLimits } from '#models/vision/age.ts';
import { mean } from '../score.ts';
import type { KnownFace } from './known-face.ts';

export const ageHeader = [
  '| pictures | count | age set | age net | FaceRes | read under the limit for one photo | sex as set |',
  '|---|---|---|---|---|---|---|',
];

/** @param isWoman null leaves the last column empty */
export function ageRow(name: string, ageYears: number, faces: readonly KnownFace[], isWoman: boolean | null): string {
  const spread = (values: readonly number[]): string => {
    const middle = mean(values);
    return `${middle.toFixed(0)} ± ${Math.sqrt(mean(values.map((value) => (value - middle) ** 2))).toFixed(1)}`;
  };
  const share = (matches: (face: KnownFace) => boolean): string => `${((100 * faces.filter(matches).length) / faces.length).toFixed(1)} %`;
  const sex = isWoman === null ? '' : share(({ womanBelief }) => womanBelief > 0.5 === isWoman);
  const ages = [spread(faces.map(({ netYears }) => netYears)), spread(faces.map(({ faceResYears }) => faceResYears))];
  return `| ${name} | ${faces.length} | ${ageYears.toFixed(0)} | ${ages.join(' | ')} | ${share(({ netYears }) => netYears < minorLimits.photoYears)} | ${sex} |`;
}
