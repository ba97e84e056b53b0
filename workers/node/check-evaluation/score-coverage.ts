/** @file What the coverage of a set takes photos for, against what the renderer was told: light, smile, angle, distance and glasses. */
import { kindsOf, usualLightness, type CoverageKind } from '#models/checks/coverage.ts';
import { coverageLimits } from '#models/checks/limits.ts';
import { people, type LabelledPhoto, type PhotoLabels } from './labelled.ts';

export interface KindScore {
  readonly kind: CoverageKind;
  /** Photos that are of this kind by their labels, that were taken for it, and both. */
  readonly labelled: number;
  readonly found: number;
  readonly right: number;
}

/** The kinds that a photo is of by its labels. Light from behind or above counts as even: it has no side. */
function labelledKinds({ yaw, light, expression, face_height: height }: PhotoLabels): CoverageKind[] {
  const { turnedYawDegrees, closeHeightShare, farHeightShare } = coverageLimits;
  return [
    Math.abs(yaw) < turnedYawDegrees ? 'front' : yaw < 0 ? 'left' : 'right',
    light.endsWith('from the left') ? 'from-left' : light.endsWith('from the right') ? 'from-right' : light === 'dim indoor light' ? 'dim' : 'even',
    expression.includes('smile') ? 'smiling' : 'serious',
    height >= closeHeightShare ? 'close' : height < farHeightShare ? 'far' : 'middle',
    'without',
  ];
}

const scoredKinds: readonly CoverageKind[] = [
  ...(['front', 'left', 'right', 'even', 'from-left', 'from-right', 'dim', 'serious', 'smiling', 'close', 'middle', 'far', 'without', 'with'] as const),
];

/** Good photos by their labels, and those with drawn spectacles as photos with glasses. @param photos of whole people: dim is what is dim for the person */
export function scoreCoverage(photos: readonly LabelledPhoto[], labels: ReadonlyMap<string, PhotoLabels>): KindScore[] {
  const compared = people.flatMap((person): { said: CoverageKind[]; true: CoverageKind[] }[] => {
    const own = photos.filter((photo) => photo.person === person);
    const good = own.filter(({ origin }) => origin === 'good');
    const usual = usualLightness(good.flatMap(({ measures }) => measures.faces[0] ?? []));
    const kinds = ({ measures }: LabelledPhoto): CoverageKind[] => measures.faces.slice(0, 1).flatMap((face) => Object.values(kindsOf(face, usual)));
    return [
      ...good.map((photo) => ({ said: kinds(photo), true: labelledKinds(labels.get(photo.id.split('/').slice(-2).join('/'))!) })),
      ...own
        .filter(({ defect }) => defect.includes('spectacles'))
        .map((photo) => ({ said: kinds(photo).filter((kind) => kind === 'with'), true: ['with'] as CoverageKind[] })),
    ];
  });
  return scoredKinds.map((kind) => ({
    kind,
    labelled: compared.filter((photo) => photo.true.includes(kind)).length,
    found: compared.filter(({ said }) => said.includes(kind)).length,
    right: compared.filter((photo) => photo.said.includes(kind) && photo.true.includes(kind)).length,
  }));
}
