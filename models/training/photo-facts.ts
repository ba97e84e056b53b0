/** @file What a training photo shows beside the person, read from its measures and its pixels: the raw material of its caption. */
import type { RgbPicture } from '../pipelines/pixels.ts';
import type { PhotoFacts } from '../text/caption-details.ts';
import { backdropColour, backdropColours, backdropSpread, labFromRgb, nearestColour, type LabColour } from '../vision/backdrop.ts';
import type { FaceMeasures, PhotoMeasures } from '../vision/photo-measures.ts';
import type { FaceBox } from './loss-weights.ts';

/**
 * From where on a measure is worth a word. On 60 photos of the six test people corners of the mouth are raised by at most 0.02 of its width in a neutral
 * face, by 0.02 to 0.08 in a closed smile; glasses are on none of them and read at most 0.25, uncovered eyes at most 0.36. Light from one side
 * makes halves of a face differ by 9 to 18 in lightness, light from above or a studio's by at most 5.
 */
const thresholds = {
  smiling: 0.1,
  slightSmile: 0.035,
  glasses: 0.5,
  sunglasses: 0.6,
  turnedDegrees: 18,
  lightness: 7,
  harshSide: 9,
  softSide: 3,
  plainSpread: 24,
} as const;

/** What is known of a photo before anything is drawn from it. */
export interface MeasuredPhoto {
  readonly picture: RgbPicture;
  /** Chin to hairline, shares of the picture. */
  readonly faceBox: FaceBox | null;
  /** Null where the nets cannot run: then the pixels alone are read. */
  readonly measures?: PhotoMeasures | null;
}

/** CIELAB lightness of each face, for `typicalLightness`; null without a face. */
export function faceLightness({ picture, faceBox }: MeasuredPhoto): number | null {
  if (faceBox === null) return null;
  const [left, top, right, bottom] = faceBox;
  const [inX, inY] = [0.2 * (right - left), 0.2 * (bottom - top)]; // the skin, not the hair and the wall beside it
  return medianColour(picture, [left + inX, top + inY, right - inX, bottom - inY])?.[0] ?? null;
}

/** The middle of a person's photos. */
export function typicalLightness(photos: readonly MeasuredPhoto[]): number | null {
  const known = photos
    .map(faceLightness)
    .filter((lightness) => lightness !== null)
    .sort((a, b) => a - b);
  return known[Math.floor(known.length / 2)] ?? null;
}

/**
 * Reads one crop of one photo.
 *
 * @param square       the crop, as it is learned
 * @param showsClothes whether the crop reaches far enough below the chin
 * @param typical      `typicalLightness` of the set
 */
export function photoFacts(photo: MeasuredPhoto, square: RgbPicture, showsClothes: boolean, typical: number | null): PhotoFacts {
  const face = chosenFace(photo);
  const lightness = faceLightness(photo);
  const brighter = lightness === null || typical === null ? 0 : lightness - typical;
  const side = Math.abs(face?.light.sideDifference ?? 0);
  const clothes = showsClothes ? clothesColour(photo) : null;
  return {
    expression:
      face === null ? null : face.mouth.smile >= thresholds.smiling ? 'smiling' : face.mouth.smile >= thresholds.slightSmile ? 'slight smile' : 'neutral',
    eyewear: face === null ? null : face.covered.eyes >= thresholds.sunglasses ? 'sunglasses' : face.glasses >= thresholds.glasses ? 'glasses' : null,
    turnedTo: face === null || Math.abs(face.pose.yaw) < thresholds.turnedDegrees ? null : face.pose.yaw > 0 ? 'right' : 'left',
    clothes: clothes === null ? null : nearestColour(clothes, backdropColours),
    light: brighter > thresholds.lightness ? 'bright' : brighter < -thresholds.lightness ? 'dark' : null,
    shade: face === null ? null : side >= thresholds.harshSide ? 'harsh' : side <= thresholds.softSide ? 'soft' : null,
    backdrop: {
      colour: nearestColour(photo.measures?.backdrop ?? backdropColour(square), backdropColours),
      isPlain: backdropSpread(square) <= thresholds.plainSpread,
    },
  };
}

/** The measured face that is the one learned: the one whose middle is nearest to the box. */
function chosenFace({ faceBox, measures }: MeasuredPhoto): FaceMeasures | null {
  if (faceBox === null || measures === undefined || measures === null) return null;
  const distance = ({ box }: FaceMeasures): number => Math.hypot(box[0] + box[2] - faceBox[0] - faceBox[2], box[1] + box[3] - faceBox[1] - faceBox[3]);
  return measures.faces.reduce<FaceMeasures | null>((best, face) => (best === null || distance(face) < distance(best) ? face : best), null);
}

/** What covers the chest: half a face's height below the chin, as far as the photo reaches; null where it ends before. */
function clothesColour({ picture, faceBox }: MeasuredPhoto): LabColour | null {
  if (faceBox === null) return null;
  const [left, top, right, bottom] = faceBox;
  const [width, height] = [right - left, bottom - top];
  const [start, end] = [bottom + 0.4 * height, Math.min(1, bottom + 0.9 * height)];
  return end - start < 0.12 * height ? null : medianColour(picture, [left - 0.2 * width, start, right + 0.2 * width, end]);
}

/** Median of each channel within a box of shares; null where no pixel lies in it. */
function medianColour({ widthPx, heightPx, rgb }: RgbPicture, [left, top, right, bottom]: FaceBox): LabColour | null {
  const clip = (share: number, edge: number): number => Math.min(edge, Math.max(0, Math.round(share * edge)));
  const channels: [number[], number[], number[]] = [[], [], []];
  for (let y = clip(top, heightPx); y < clip(bottom, heightPx); y++) {
    for (let x = clip(left, widthPx); x < clip(right, widthPx); x++) {
      for (const channel of [0, 1, 2] as const) channels[channel].push(rgb[(y * widthPx + x) * 3 + channel]!);
    }
  }
  if (channels[0].length === 0) return null;
  const median = (values: number[]): number => values.sort((a, b) => a - b)[Math.floor(values.length / 2)]!;
  return labFromRgb(median(channels[0]), median(channels[1]), median(channels[2]));
}
