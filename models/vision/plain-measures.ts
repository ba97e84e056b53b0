/** @file First measures of light, colour and detail, until `measures/` has them all. */
import type { RgbPicture } from '../pipelines/pixels.ts';
import { labFromRgb, type LabColour } from './backdrop.ts';
import type { FaceBox } from './face-detector.ts';
import { meshPoint, meshPoints, type FaceLandmarks } from './face-landmarks.ts';
import { lumaPlane, resamplePlane, blurPlane } from './measures/plane.ts';
import type { LightMeasures } from './photo-measures.ts';

const wholePicture: FaceBox = [0, 0, 1, 1];

/** Every pixel of a box on a grid of at most 96 x 96: share of the box's width, and colour. */
function* samples({ widthPx, heightPx, rgb }: RgbPicture, [left, top, right, bottom]: FaceBox): Generator<{ across: number; lab: LabColour; luma: number }> {
  const side = 96;
  for (let row = 0; row < side; row++) {
    const y = Math.floor((top + ((bottom - top) * (row + 0.5)) / side) * heightPx);
    for (let column = 0; column < side; column++) {
      const across = (column + 0.5) / side;
      const x = Math.floor((left + (right - left) * across) * widthPx);
      if (x < 0 || y < 0 || x >= widthPx || y >= heightPx) continue;
      const at = (y * widthPx + x) * 3;
      const [r, g, b] = [rgb[at]!, rgb[at + 1]!, rgb[at + 2]!];
      yield { across, lab: labFromRgb(r, g, b), luma: 0.299 * r + 0.587 * g + 0.114 * b };
    }
  }
}

/** Light in a box of the picture, the whole picture where none is given. */
export function lightMeasures(picture: RgbPicture, box: FaceBox = wholePicture): LightMeasures {
  const all = [...samples(picture, box)];
  const mean = (of: readonly { lab: LabColour }[]): number => (of.length === 0 ? 0 : of.reduce((sum, { lab }) => sum + lab[0], 0) / of.length);
  const share = (matches: (luma: number) => boolean): number => (all.length === 0 ? 0 : all.filter(({ luma }) => matches(luma)).length / all.length);
  return {
    meanLightness: mean(all),
    darkShare: share((luma) => luma < 10),
    brightShare: share((luma) => luma > 250),
    sideDifference: mean(all.filter(({ across }) => across < 0.5)) - mean(all.filter(({ across }) => across > 0.5)),
  };
}

/** Mean chroma, and the mean a and b of pixels with little of it. */
export function colourMeasures(picture: RgbPicture): { readonly chroma: number; readonly cast: readonly [number, number] } {
  const labs = [...samples(picture, wholePicture)].map(({ lab }) => lab);
  const neutral = labs.filter(([lightness, a, b]) => lightness > 15 && lightness < 95 && Math.hypot(a, b) < 30);
  const mean = (of: readonly LabColour[], value: (lab: LabColour) => number): number =>
    of.length === 0 ? 0 : of.reduce((sum, lab) => sum + value(lab), 0) / of.length;
  return { chroma: mean(labs, ([, a, b]) => Math.hypot(a, b)), cast: [mean(neutral, ([, a]) => a), mean(neutral, ([, , b]) => b)] };
}

/** Median colour around the cheeks. */
export function skinColour(picture: RgbPicture, landmarks: FaceLandmarks): LabColour {
  const labs = [meshPoints.rightCheek, meshPoints.leftCheek, 151].flatMap((point) => {
    const [x, y] = meshPoint(landmarks, point);
    const reach = Math.hypot(...[0, 1].map((axis) => meshPoint(landmarks, 33)[axis]! - meshPoint(landmarks, 133)[axis]!)) / 2;
    const box: FaceBox = [(x - reach) / picture.widthPx, (y - reach) / picture.heightPx, (x + reach) / picture.widthPx, (y + reach) / picture.heightPx];
    return [...samples(picture, box)].map(({ lab }) => lab);
  });
  const median = (axis: 0 | 1 | 2): number => labs.map((lab) => lab[axis]).sort((a, b) => a - b)[Math.floor(labs.length / 2)] ?? 0;
  return [median(0), median(1), median(2)];
}

/** Detail of the face at 128 px against the same face blurred, as a share of its contrast. */
export function sharpness(picture: RgbPicture, [left, top, right, bottom]: FaceBox): number {
  const luma = lumaPlane(picture);
  const region = {
    left: left * picture.widthPx,
    top: top * picture.heightPx,
    width: (right - left) * picture.widthPx,
    height: (bottom - top) * picture.heightPx,
  };
  const face = resamplePlane(luma, region, 128, 128);
  const blurred = blurPlane(face, 1.5).values;
  const spread = (values: readonly number[]): number => {
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
    return Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length);
  };
  const contrast = spread([...face.values]);
  return contrast === 0 ? 0 : Math.min(1, (4 * spread([...face.values].map((value, i) => value - blurred[i]!))) / contrast);
}

/** Noise from the second differences of luma, which flat and evenly shaded areas have none of. @see Immerkaer 1996 */
export function noiseLevel(picture: RgbPicture): number {
  const { values, widthPx, heightPx } = lumaPlane(picture);
  const found: number[] = [];
  const at = (x: number, y: number): number => values[y * widthPx + x]!;
  for (let y = 1; y < heightPx - 1; y += 2) {
    for (let x = 1; x < widthPx - 1; x += 2) {
      const corners = at(x - 1, y - 1) + at(x + 1, y - 1) + at(x - 1, y + 1) + at(x + 1, y + 1);
      found.push(Math.abs(corners + 4 * at(x, y) - 2 * (at(x - 1, y) + at(x + 1, y) + at(x, y - 1) + at(x, y + 1))));
    }
  }
  // The median of the absolute value of a normal variable is 0.6745 of its deviation; the filter multiplies that by 6.
  return (found.sort((a, b) => a - b)[Math.floor(found.length / 2)] ?? 0) / 0.6745 / 6;
}
