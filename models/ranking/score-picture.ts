/** @file One drawn picture against the person's own photos: how alike it is, how its skin and age differ, and why it should not be shown first. */
import { cosine } from '../vision/face-embedding.ts';
import { shapeDistance } from '../vision/face-shape.ts';
import type { FaceMeasures, PhotoMeasures } from '../vision/photo-measures.ts';
import { likenessWords, rankingLimits as limits, worthWeights } from './limits.ts';
import { beyond, skinHueDegrees, type PersonReference } from './person-reference.ts';
import type { AsideFinding, AsideReason } from './reasons.ts';

/** What a likeness is called. */
export type LikenessWord = 'high' | 'good' | 'some' | 'little';

export interface PictureScore {
  /** Cosine of the face with the mean of the person's photos; null without a face, or without photos to compare with. */
  readonly likeness: number | null;
  /** Higher is better: what pictures are sorted by. */
  readonly worth: number;
  /** Beyond the range of the person's photos; 0 is within. Null where either is not known. */
  readonly skinLightness: number | null;
  readonly skinHueDegrees: number | null;
  /** Less the median of the person's photos. Reported, never judged: the net reads drawings of one adult as 5 to 40. */
  readonly ageYears: number | null;
  /** In the order of the registry; empty for a picture that is fit. */
  readonly findings: readonly AsideFinding[];
}

export function scorePicture(measures: PhotoMeasures, person: PersonReference): PictureScore {
  const face = mainFace(measures);
  const findings: AsideFinding[] = [];
  /** Numbers that are not there, or not finite, break no rule. */
  const compare = (reason: AsideReason, value: number | null | undefined, limit: number, isBeyond: (value: number, limit: number) => boolean): void => {
    if (value !== null && value !== undefined && isBeyond(value, limit)) findings.push({ reason, value, limit });
  };
  const over = (value: number, limit: number): boolean => value > limit;
  const under = (value: number, limit: number): boolean => value < limit;
  compare('nudity', measures.nudity, limits.nudity, over);
  if (face === undefined) {
    findings.push({ reason: 'no-face', value: null, limit: null });
    return { likeness: null, worth: Number.NEGATIVE_INFINITY, skinLightness: null, skinHueDegrees: null, ageYears: null, findings };
  }
  const comparable = person.embedding !== null && face.embedding !== null && person.embedding.length === face.embedding.length;
  const likeness = comparable ? cosine(face.embedding!, person.embedding!) : null;
  const skinLightness = person.skin === null ? null : beyond(face.skin[0], person.skin.lightness);
  const hueDegrees = person.skin === null ? null : beyond(skinHueDegrees(face), person.skin.hueDegrees);
  const farFromShape = face.shape === undefined || person.shape === null ? null : shapeDistance(face.shape.points, person.shape.points);
  compare('several-faces', largestOther(measures, face), limits.bystanderShare, over);
  compare('distorted', face.shape?.presence, limits.presence, under);
  if (!findings.some(({ reason }) => reason === 'distorted'))
    compare('distorted', farFromShape, Math.max(limits.shapeDistance, limits.shapeOverOwn * (person.shape?.farthest ?? 0)), over);
  compare('cut-off', outsideShare(face), limits.cutOffShare, over);
  compare('face-small', heightOf(face), limits.faceHeightShare, under);
  if (Math.abs(skinLightness ?? 0) > limits.skinLightness) findings.push({ reason: 'skin-tone', value: skinLightness, limit: limits.skinLightness });
  else if (Math.abs(hueDegrees ?? 0) > limits.skinHueDegrees) findings.push({ reason: 'skin-tone', value: hueDegrees, limit: limits.skinHueDegrees });
  compare('not-alike', likeness, limits.likeness, under);
  const ageYears = face.apparentAgeYears === null || person.apparentAgeYears === null ? null : face.apparentAgeYears - person.apparentAgeYears;
  const farFromSkin = person.skin === null ? 0 : Math.abs(face.skin[0] - person.skin.lightness.middle);
  const worth = (likeness ?? -1) - worthWeights.shape * (farFromShape ?? 0) - worthWeights.skinLightness * farFromSkin;
  return { likeness, worth, skinLightness, skinHueDegrees: hueDegrees, ageYears, findings };
}

/**
 * What a likeness is called, by where it lies between strangers and the person's own photos.
 *
 * @param ownLikeness of `PersonReference`
 */
export function likenessWord(likeness: number, ownLikeness: number): LikenessWord {
  const { strangerCosine, high, good, some } = likenessWords;
  const share = (likeness - strangerCosine) / Math.max(0.01, ownLikeness - strangerCosine);
  return share >= high ? 'high' : share >= good ? 'good' : share >= some ? 'some' : 'little';
}

/** The largest: a headshot's second face is a picture on the wall or a passer-by, however sure the detector is of it. */
function mainFace({ faces }: PhotoMeasures): FaceMeasures | undefined {
  return faces.reduce<FaceMeasures | undefined>((best, face) => (best === undefined || heightOf(face) > heightOf(best) ? face : best), undefined);
}

function largestOther({ faces }: PhotoMeasures, main: FaceMeasures): number | null {
  const others = faces.filter((face) => face !== main).map(heightOf);
  return others.length === 0 ? null : Math.max(...others) / Math.max(1e-6, heightOf(main));
}

function heightOf({ box }: FaceMeasures): number {
  return box[3] - box[1];
}

/** Share of the area of a face's box that lies outside the picture. */
function outsideShare({ box: [left, top, right, bottom] }: FaceMeasures): number | null {
  const area = (right - left) * (bottom - top);
  const inside = Math.max(0, Math.min(1, right) - Math.max(0, left)) * Math.max(0, Math.min(1, bottom) - Math.max(0, top));
  return area > 0 ? 1 - inside / area : null;
}
