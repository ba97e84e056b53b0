/** @file Which defects are planted in good photos, and which check each must be found by. */
import type { CheckId } from '#models/checks/index.ts';
import type { RgbPicture } from '#models/pipelines/pixels.ts';
import { meshPoint, type FaceLandmarks } from '#models/vision/face-landmarks.ts';
import { eyesClosed } from './closed-eyes.ts';
import { handBefore } from './hands.ts';
import * as make from './manipulate.ts';
import { litLikeSkin, skinLight } from './scene-light.ts';
import { checkedMask, mask, maskEdge, spectacles, sunglasses } from './wear.ts';

export interface Original {
  readonly picture: RgbPicture;
  readonly landmarks: FaceLandmarks;
  /** Chin to hairline, shares of the picture. */
  readonly face: readonly [number, number, number, number];
  /** Someone else's good photo. */
  readonly stranger: RgbPicture;
}

export interface PlantedDefect {
  readonly name: string;
  /** Null: no defect but a property (glasses) that a measure must show. */
  readonly check: CheckId | null;
  make(original: Original): Promise<RgbPicture> | RgbPicture;
}

export const plantedDefects: readonly PlantedDefect[] = [
  { name: 'blur, sigma 4 px of 512', check: 'blurred', make: ({ picture }) => make.blurred(picture, 4) },
  { name: '160 px enlarged to 512', check: 'blurred', make: ({ picture }) => make.reduced(picture, 160, true) },
  { name: 'noise, sigma 30 steps', check: 'noisy', make: ({ picture }) => make.noisy(picture, 30) },
  { name: '2 % exposure', check: 'dark', make: ({ picture }) => make.exposed(picture, [0.02, 0.02, 0.02]) },
  { name: '8 times exposure', check: 'overexposed', make: ({ picture }) => make.exposed(picture, [8, 8, 8]) },
  { name: 'warm cast: red x 2.2, blue x 0.25', check: 'colour-cast', make: ({ picture }) => make.exposed(picture, [2.2, 1, 0.25]) },
  { name: 'blue cast: red x 0.3, blue x 3', check: 'colour-cast', make: ({ picture }) => make.exposed(picture, [0.3, 0.6, 3]) },
  { name: 'green cast: red and blue x 0.35', check: 'colour-cast', make: ({ picture }) => make.exposed(picture, [0.35, 1.2, 0.35]) },
  { name: 'desaturated', check: 'black-and-white', make: ({ picture }) => make.desaturated(picture) },
  { name: 'skin smoothed, bilateral 15, JPEG 88', check: 'beauty-filter', make: ({ picture }) => make.reencoded(make.smoothed(picture, 15), 88) },
  { name: 'skin smoothed, bilateral 30, JPEG 88', check: 'beauty-filter', make: ({ picture }) => make.reencoded(make.smoothed(picture, 30), 88) },
  { name: 'blue mask', check: 'covered', make: ({ picture, landmarks }) => make.drawnOver(picture, mask(landmarks, '#8fb8d8')) },
  { name: 'white mask', check: 'covered', make: ({ picture, landmarks }) => make.drawnOver(picture, mask(landmarks, '#eceae6')) },
  { name: 'black mask', check: 'covered', make: ({ picture, landmarks }) => make.drawnOver(picture, mask(landmarks, '#1d1d20')) },
  {
    name: 'white mask in the light of the face',
    check: 'covered',
    make: async ({ picture, landmarks }) => litLikeSkin(await make.drawnOver(picture, mask(landmarks, '#eceae6')), picture, landmarks, maskEdge),
  },
  {
    name: 'mask in the colour of the skin',
    check: 'covered',
    make: ({ picture, landmarks }) => make.drawnOver(picture, mask(landmarks, skinHex(picture, landmarks))),
  },
  { name: 'checked mask', check: 'covered', make: ({ picture, landmarks }) => make.drawnOver(picture, checkedMask(landmarks, '#e8e2d8', '#34507c')) },
  { name: 'hand before the mouth', check: 'covered', make: ({ picture, landmarks }) => make.drawnOver(picture, handBefore(picture, landmarks, 'mouth')) },
  { name: 'hand on the cheek', check: 'covered', make: ({ picture, landmarks }) => make.drawnOver(picture, handBefore(picture, landmarks, 'cheek')) },
  { name: 'lids drawn over the eyes', check: 'eyes-closed', make: ({ picture, landmarks }) => eyesClosed(picture, landmarks) },
  { name: 'black sunglasses', check: 'covered', make: ({ picture, landmarks }) => make.drawnOver(picture, sunglasses(landmarks, '#141416')) },
  { name: 'brown sunglasses', check: 'covered', make: ({ picture, landmarks }) => make.drawnOver(picture, sunglasses(landmarks, '#3c281a')) },
  { name: 'on its head', check: 'not-upright', make: ({ picture }) => make.turned(picture, 180) },
  { name: 'on its side', check: 'not-upright', make: ({ picture }) => make.turned(picture, 90) },
  { name: 'reduced to 200 px', check: 'face-small', make: ({ picture }) => make.reduced(picture, 200) },
  { name: 'cut through the face', check: 'face-cut-off', make: ({ picture, face }) => make.cropped(picture, [face[0] + 0.4 * (face[2] - face[0]), 0, 1, 1]) },
  { name: 'a second person beside', check: 'several-faces', make: ({ picture, stranger }) => make.besides(picture, stranger) },
  { name: 'nobody: above the head', check: 'no-face', make: ({ picture, face }) => make.cropped(picture, [0, 0, Math.max(0.1, face[0] - 0.08), 1]) },
  { name: 'black spectacles, thin', check: null, make: ({ picture, landmarks }) => make.drawnOver(picture, spectacles(landmarks, '#151515', 0.09)) },
  { name: 'brown spectacles, thick', check: null, make: ({ picture, landmarks }) => make.drawnOver(picture, spectacles(landmarks, '#5d3b20', 0.18)) },
];

/** Copies of a photo that are the same picture: the set must keep one. */
export const plantedCopies: readonly { readonly name: string; make(picture: RgbPicture): Promise<RgbPicture> | RgbPicture }[] = [
  { name: 'JPEG 60 at 80 % of the size', make: async (picture) => make.reencoded(await make.reduced(picture, Math.round(0.8 * picture.widthPx)), 60) },
  { name: 'half a stop brighter', make: (picture) => make.exposed(picture, [1.41, 1.41, 1.41]) },
  { name: 'mirrored', make: (picture) => make.mirrored(picture) },
  { name: 'edges cut off, 4 % each', make: (picture) => make.cropped(picture, [0.04, 0.04, 0.96, 0.96]) },
  { name: 'desaturated', make: (picture) => make.desaturated(picture) },
];

/** The skin as it would be in the middle of the mask. */
function skinHex(picture: RgbPicture, landmarks: FaceLandmarks): string {
  const [x, y] = meshPoint(landmarks, 13);
  return `#${skinLight(picture, landmarks)(x, y)
    .map((value) => Math.round(value).toString(16).padStart(2, '0'))
    .join('')}`;
}
