/** @file Every check on one photo: what it judges and by which rule. Adding one is one entry here, one id in `finding.ts`, one sentence. */
import type { FaceMeasures, PhotoMeasures } from '../vision/photo-measures.ts';
import type { CheckId } from './finding.ts';
import { faceHeightPx, isFace, judgedFace } from './judged-photo.ts';
import { photoLimits as limits } from './limits.ts';

/** What a rule found wrong: the judged number and its limit. Null where the photo passes or nothing was measured. */
export type Verdict = { readonly value: number; readonly limit: number } | null;

/** A check on the whole picture; runs also where there is no face. */
export interface PictureCheck {
  readonly id: CheckId;
  readonly of: 'picture';
  /** Checks whose finding makes this one meaningless: a black picture has no sharpness. */
  readonly unless?: readonly CheckId[];
  judge(measures: PhotoMeasures, chosenFace: number | undefined): Verdict;
}

/** A check on the face that counts. */
export interface FaceCheck {
  readonly id: CheckId;
  readonly of: 'face';
  readonly unless?: readonly CheckId[];
  judge(face: FaceMeasures, measures: PhotoMeasures): Verdict;
}

const below = (value: number | null, limit: number): Verdict => (value !== null && value < limit ? { value, limit } : null);
const above = (value: number | null, limit: number): Verdict => (value !== null && value > limit ? { value, limit } : null);
const unlit = ['dark', 'overexposed'] as const;

/** In the order in which they run: a check that silences others comes before them. */
export const photoChecks: readonly (PictureCheck | FaceCheck)[] = [
  { id: 'minor', of: 'picture', judge: ({ faces }) => below(youngest(faces), limits.adultAgeYears) },
  { id: 'nudity', of: 'picture', judge: ({ nudity }) => above(nudity, limits.nudity) },
  { id: 'no-face', of: 'picture', judge: ({ faces }) => below(faces.filter(isFace).length, 1) },
  { id: 'several-faces', of: 'picture', judge: (measures, chosenFace) => (chosenFace === undefined ? above(rivals(measures), 1) : null) },
  { id: 'dark', of: 'picture', judge: (measures, chosenFace) => judgeDark(measures, chosenFace) },
  { id: 'overexposed', of: 'picture', judge: (measures, chosenFace) => above(lightOf(measures, chosenFace).brightShare, limits.faceBrightShare) },
  { id: 'face-small', of: 'face', judge: (face, measures) => below(faceHeightPx(face, measures), limits.faceHeightPx) },
  { id: 'face-cut-off', of: 'face', judge: ({ box }) => above(shareOutside(box), limits.cutOffShare) },
  { id: 'not-upright', of: 'face', judge: ({ pose }) => above(Math.abs(pose.roll), limits.rollDegrees) },
  {
    id: 'turned-away',
    of: 'face',
    unless: ['not-upright'],
    judge: ({ pose }) => above(Math.abs(pose.yaw), limits.yawDegrees) ?? above(Math.abs(pose.pitch), limits.pitchDegrees),
  },
  { id: 'blurred', of: 'face', unless: [...unlit, 'face-small'], judge: ({ sharpness }) => below(sharpness, limits.sharpness) },
  {
    id: 'covered',
    of: 'face',
    unless: [...unlit, 'not-upright', 'turned-away', 'blurred'],
    judge: ({ covered }) => above(Math.max(covered.eyes, covered.lowerFace), limits.covered),
  },
  {
    id: 'eyes-closed',
    of: 'face',
    unless: ['not-upright', 'turned-away', 'covered', 'face-small', 'blurred', ...unlit],
    judge: ({ eyesShown, eyeOpening }) => below(eyesShown ?? null, limits.eyesShown) ?? below(Math.max(eyeOpening.right, eyeOpening.left), limits.eyeOpening),
  },
  { id: 'noisy', of: 'picture', unless: unlit, judge: ({ noise }) => above(noise, limits.noise) },
  { id: 'black-and-white', of: 'picture', unless: [...unlit, 'no-face'], judge: ({ chroma }) => below(chroma, limits.chroma) },
  { id: 'colour-cast', of: 'face', unless: [...unlit, 'covered', 'black-and-white'], judge: (face, measures) => judgeCast(face, measures) },
  {
    id: 'beauty-filter',
    of: 'face',
    unless: [...unlit, 'blurred', 'face-small', 'covered'],
    judge: ({ smoothing }) => above(smoothing, limits.smoothing),
  },
];

/** Any child in the picture counts, whichever face was chosen. */
function youngest(faces: readonly FaceMeasures[]): number | null {
  const ages = faces.filter(isFace).flatMap(({ apparentAgeYears }) => (apparentAgeYears === null ? [] : [apparentAgeYears]));
  return ages.length === 0 ? null : Math.min(...ages);
}

/** Faces large enough to be mistaken for the person's own. */
function rivals(measures: PhotoMeasures): number {
  const heights = measures.faces.filter(isFace).map((face) => faceHeightPx(face, measures));
  return heights.filter((height) => height >= limits.bystanderShare * Math.max(...heights)).length;
}

/** Of the face that counts, else of the picture. */
function lightOf(measures: PhotoMeasures, chosenFace: number | undefined): FaceMeasures['light'] {
  return judgedFace(measures, chosenFace)?.light ?? measures.light;
}

function judgeDark(measures: PhotoMeasures, chosenFace: number | undefined): Verdict {
  const { meanLightness, darkShare } = lightOf(measures, chosenFace);
  return below(meanLightness, limits.faceLightness) ?? above(darkShare, limits.faceDarkShare);
}

/** A tint shows on what should be grey, and where nothing is grey, on the skin. */
function judgeCast({ skin }: FaceMeasures, { cast }: PhotoMeasures): Verdict {
  const outside = (value: number, [from, to]: readonly [number, number]): number => Math.max(0, from - value, value - to);
  return above(Math.hypot(...cast), limits.cast) ?? above(Math.hypot(outside(skin[1], limits.skinA), outside(skin[2], limits.skinB)), limits.skinCast);
}

/** Share of a box that lies outside the picture, 0 to 1. */
function shareOutside([left, top, right, bottom]: FaceMeasures['box']): number {
  const area = (right - left) * (bottom - top);
  const inside = Math.max(0, Math.min(1, right) - Math.max(0, left)) * Math.max(0, Math.min(1, bottom) - Math.max(0, top));
  return area > 0 ? 1 - inside / area : 0;
}
