/** @file How much of a person a set of photos shows, and what is missing. */
import type { FaceMeasures } from '../vision/photo-measures.ts';
import { judgedFace, type JudgedPhoto } from './judged-photo.ts';
import { coverageLimits as limits } from './limits.ts';

/** What is counted, and the kinds that every photo falls into. Left and right are those of the picture. */
export const coverageKinds = {
  angle: ['front', 'left', 'right'],
  light: ['even', 'from-left', 'from-right', 'dim'],
  expression: ['serious', 'smiling'],
  glasses: ['without', 'with'],
  distance: ['close', 'middle', 'far'],
} as const;
export type CoverageTopic = keyof typeof coverageKinds;
export type CoverageKind<Topic extends CoverageTopic = CoverageTopic> = (typeof coverageKinds)[Topic][number];

/** Gaps in the order in which they should be closed. */
export const coverageGaps = ['photos', 'front', 'left', 'right', 'light', 'smiling', 'serious', 'close', 'far', 'glasses-with', 'glasses-without'] as const;
export type CoverageGapId = (typeof coverageGaps)[number];

export interface CoverageGap {
  readonly gap: CoverageGapId;
  /** Photos that are there, and that there should be at least. */
  readonly have: number;
  readonly want: number;
}

export interface Coverage {
  /** Photos with a face. */
  readonly photos: number;
  /** How many photos are of each kind. */
  readonly counts: { readonly [Topic in CoverageTopic]: Readonly<Record<CoverageKind<Topic>, number>> };
  /** 0 to 1: how much of what is wanted is there. */
  readonly share: number;
  /** In the order in which they should be closed. */
  readonly missing: readonly CoverageGap[];
}

/**
 * The kinds of one face.
 *
 * @param usualLightness of `usualLightness`: dark skin in fair light is as dark as light skin in a dim room
 */
export function kindsOf(face: FaceMeasures, usualLightness: number): { readonly [Topic in CoverageTopic]: CoverageKind<Topic> } {
  const { yaw } = face.pose;
  const { sideDifference, meanLightness } = face.light;
  const heightShare = face.box[3] - face.box[1];
  const isTurned = Math.abs(yaw) >= limits.turnedYawDegrees;
  const isSided = Math.abs(sideDifference) >= limits.sideDifference;
  return {
    angle: isTurned ? (yaw < 0 ? 'left' : 'right') : 'front',
    light: isSided ? (sideDifference > 0 ? 'from-left' : 'from-right') : meanLightness < usualLightness - limits.dimBelowUsual ? 'dim' : 'even',
    expression: face.mouth.smile >= limits.smile ? 'smiling' : 'serious',
    glasses: face.glasses >= limits.glasses ? 'with' : 'without',
    distance: heightShare >= limits.closeHeightShare ? 'close' : heightShare < limits.farHeightShare ? 'far' : 'middle',
  };
}

/** CIELAB lightness of the person's face in the middle one of the photos; 0 of none. */
export function usualLightness(faces: readonly FaceMeasures[]): number {
  const sorted = faces.map(({ light }) => light.meanLightness).sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? 0;
}

/**
 * Counts what the photos show. Photos without a face do not count; leave out those that will not be learned from.
 */
export function coverageOf(photos: readonly JudgedPhoto[]): Coverage {
  const faces = photos.flatMap(({ measures, chosenFace }) => judgedFace(measures, chosenFace) ?? []);
  const usual = usualLightness(faces);
  const kinds = faces.map((face) => kindsOf(face, usual));
  const count = <Topic extends CoverageTopic>(topic: Topic): Readonly<Record<CoverageKind<Topic>, number>> =>
    Object.fromEntries(coverageKinds[topic].map((kind) => [kind, kinds.filter((photo) => photo[topic] === kind).length])) as Record<
      CoverageKind<Topic>,
      number
    >;
  const counts: Coverage['counts'] = {
    angle: count('angle'),
    light: count('light'),
    expression: count('expression'),
    glasses: count('glasses'),
    distance: count('distance'),
  };
  const wants = wantedOf(kinds.length, counts);
  const share = wants.reduce((sum, { have, want }) => sum + Math.min(1, have / want), 0) / wants.length;
  return { photos: kinds.length, counts, share, missing: wants.filter(({ have, want }) => have < want) };
}

/** Everything that a set is measured by, whether it is there or not. */
function wantedOf(photos: number, { angle, light, expression, glasses, distance }: Coverage['counts']): CoverageGap[] {
  const lit = Object.values(light);
  const wants: CoverageGap[] = [
    { gap: 'photos', have: photos, want: limits.photos },
    { gap: 'front', have: angle.front, want: 2 },
    { gap: 'left', have: angle.left, want: 2 },
    { gap: 'right', have: angle.right, want: 2 },
    // Photos in a light other than the most frequent one: a face learned in one light keeps its shadows.
    { gap: 'light', have: photos - Math.max(0, ...lit), want: 3 },
    { gap: 'smiling', have: expression.smiling, want: 2 },
    { gap: 'serious', have: expression.serious, want: 2 },
    { gap: 'close', have: distance.close, want: 2 },
    { gap: 'far', have: distance.far + distance.middle, want: 2 },
  ];
  // Always or never is fine. One or two photos with glasses among many teach glasses that come and go.
  if (glasses.with > 0 && glasses.without > 0) {
    wants.push(
      glasses.with < glasses.without ? { gap: 'glasses-with', have: glasses.with, want: 3 } : { gap: 'glasses-without', have: glasses.without, want: 3 },
    );
  }
  return wants;
}
