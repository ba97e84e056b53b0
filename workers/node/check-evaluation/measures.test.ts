/** @file The measures on a real photo of the samples, changed by known amounts, with the real nets. */
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { RgbPicture } from '#models/pipelines/pixels.ts';
import { FaceAnalyzer } from '#models/vision/face-analyzer.ts';
import { landmarksFromMesh, meshInput, meshView, type FaceLandmarks } from '#models/vision/face-landmarks.ts';
import { buildFaceMesh } from '#models/vision/face-mesh.ts';
import { fingerprintDistance, mirroredFingerprint } from '#models/vision/measures/fingerprint.ts';
import type { FaceMeasures, PhotoMeasures } from '#models/vision/photo-measures.ts';
import { VisionNet } from '#models/vision/vision-net.ts';
import { openPhotoAnalyzer, readFaceWeights } from '../face-models.ts';
import { createNodeRunner } from '../ort-node-runner.ts';
import { readPhoto } from '../photo-check/read-photo.ts';
import { eyesClosed } from './closed-eyes.ts';
import { handBefore } from './hands.ts';
import * as make from './manipulate.ts';
import { mask, spectacles, sunglasses } from './wear.ts';

const runner = createNodeRunner();
let picture: RgbPicture;
let plain: PhotoMeasures;
let landmarks: FaceLandmarks;
let analyzer: Awaited<ReturnType<typeof openPhotoAnalyzer>>['analyzer'];

beforeAll(async () => {
  ({ analyzer } = await openPhotoAnalyzer(runner));
  picture = await readPhoto(fileURLToPath(new URL('../../../static/samples/ada/02.jpg', import.meta.url)));
  plain = await analyzer.measure(picture);
  const faces = await FaceAnalyzer.create(runner, { blazeface: await readFaceWeights('blazeface') });
  const mesh = await VisionNet.load(runner, buildFaceMesh(), await readFaceWeights('face-mesh'));
  const view = meshView((await faces.detect(picture))[0]!, picture);
  const { points, presence } = await mesh.run({ face: meshInput(picture, view) });
  landmarks = landmarksFromMesh(points!, presence!, view);
});
afterAll(() => runner.dispose());

const measured = async (changed: RgbPicture | Promise<RgbPicture>): Promise<PhotoMeasures> => analyzer.measure(await changed);
const faceOf = ({ faces }: PhotoMeasures): FaceMeasures => faces[0]!;
const isFalling = (values: readonly number[]): boolean => values.every((value, i) => i === 0 || value < values[i - 1]!);

describe('a photo changed by known amounts', () => {
  test('more blur, less sharpness; half the size, hardly any change', async () => {
    const steps = [plain, ...(await Promise.all([1.5, 3, 6].map((sigma) => measured(make.blurred(picture, sigma)))))];
    expect(isFalling(steps.map((photo) => faceOf(photo).sharpness))).toBe(true);
    const large = await measured(make.reduced(await make.blurred(picture, 3), 256));
    expect(Math.abs(faceOf(large).sharpness / faceOf(steps[2]!).sharpness - 1)).toBeLessThan(0.25);
  });

  test.each([5, 20])('noise of %d steps is measured as such', async (sigma) => {
    const { noise } = await measured(make.noisy(picture, sigma));
    // Each channel has its own noise, of which luma keeps sqrt(0.299^2 + 0.587^2 + 0.114^2).
    expect(noise / (0.669 * sigma)).toBeGreaterThan(0.85);
    expect(noise / (0.669 * sigma)).toBeLessThan(1.1);
  });

  test('less light, less lightness; sharpness, texture and fingerprint stay', async () => {
    const steps = [plain, ...(await Promise.all([0.5, 0.25, 0.06].map((light) => measured(make.exposed(picture, [light, light, light])))))];
    expect(isFalling(steps.map((photo) => faceOf(photo).light.meanLightness))).toBe(true);
    expect(isFalling(steps.map((photo) => faceOf(photo).skin[0]))).toBe(true);
    expect(Math.abs(faceOf(steps[1]!).sharpness - faceOf(plain).sharpness)).toBeLessThan(0.1);
    expect(fingerprintDistance(steps[1]!.fingerprint, plain.fingerprint)).toBeLessThanOrEqual(6);
  });

  test('light that burns out the face has bright shares', async () => {
    expect(faceOf(plain).light.brightShare).toBeLessThan(0.02);
    expect(faceOf(await measured(make.exposed(picture, [8, 8, 8]))).light.brightShare).toBeGreaterThan(0.3);
  });

  test('the side of the light is exchanged in the mirror, and so is the turn of the head', async () => {
    const mirror = await measured(make.mirrored(picture));
    expect(faceOf(mirror).light.sideDifference).toBeCloseTo(-faceOf(plain).light.sideDifference, -1);
    expect(Math.sign(faceOf(mirror).pose.yaw)).toBe(-Math.sign(faceOf(plain).pose.yaw));
    expect(fingerprintDistance(mirroredFingerprint(plain.fingerprint), mirror.fingerprint)).toBeLessThanOrEqual(4);
    expect(fingerprintDistance(plain.fingerprint, mirror.fingerprint)).toBeGreaterThan(14);
  });

  test('colour: none left, or one too many', async () => {
    expect((await measured(make.desaturated(picture))).chroma).toBeLessThan(0.5);
    const blue = await measured(make.exposed(picture, [0.3, 0.6, 3]));
    expect(blue.cast[1]).toBeLessThan(plain.cast[1] - 15);
    expect(faceOf(blue).skin[2]).toBeLessThan(faceOf(plain).skin[2] - 15);
  });

  test('what is worn is seen where it is, and not elsewhere', async () => {
    const { covered, glasses } = faceOf(plain);
    expect(Math.max(covered.eyes, covered.lowerFace, glasses)).toBeLessThan(0.4);
    const masked = faceOf(await measured(make.drawnOver(picture, mask(landmarks, '#8fb8d8'))));
    expect(masked.covered.lowerFace).toBeGreaterThan(0.6);
    const shaded = faceOf(await measured(make.drawnOver(picture, sunglasses(landmarks, '#141416'))));
    expect(shaded.covered.eyes).toBeGreaterThan(0.6);
    expect(faceOf(await measured(make.drawnOver(picture, spectacles(landmarks, '#151515', 0.09)))).glasses).toBeGreaterThan(0.5);
  });

  test('a mask in the colour of the skin and a hand hide the mouth; lids drawn over the eyes close them, and neither does the other', async () => {
    const skin = `rgb(${[0, 1, 2].map((channel) => picture.rgb[(Math.round(landmarks.points[3 * 50 + 1]!) * picture.widthPx + Math.round(landmarks.points[3 * 50]!)) * 3 + channel]!).join(' ')})`;
    for (const shapes of [mask(landmarks, skin), handBefore(picture, landmarks, 'mouth')]) {
      const hidden = faceOf(await measured(make.drawnOver(picture, shapes)));
      expect(hidden.covered.lowerFace).toBeGreaterThan(0.5);
      expect(hidden.eyesShown).toBeGreaterThan(0.8);
    }
    const closed = faceOf(await measured(eyesClosed(picture, landmarks)));
    expect(closed.eyesShown).toBeLessThan(0.4);
    expect(closed.covered.lowerFace).toBeLessThan(0.5);
    expect(faceOf(plain).eyesShown).toBeGreaterThan(0.8);
  });

  test('smoothed skin is told from skin', async () => {
    const filtered = faceOf(await measured(make.reencoded(make.smoothed(picture, 25), 88)));
    expect(filtered.smoothing).toBeGreaterThan(faceOf(plain).smoothing + 0.3);
  });

  test('on its head and on its side the roll says so', async () => {
    expect(Math.abs(faceOf(await measured(make.turned(picture, 180))).pose.roll)).toBeGreaterThan(150);
    expect(Math.abs(faceOf(await measured(make.turned(picture, 90))).pose.roll)).toBeGreaterThan(60);
  });
});
