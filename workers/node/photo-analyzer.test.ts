/** The real nets on photos of data/people, against their labels. */
import { existsSync, readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { resizePicture } from '#models/vision/image.ts';
import { PhotoAnalyzer } from '#models/vision/photo-analyzer.ts';
import type { PhotoMeasures } from '#models/vision/photo-measures.ts';
import { openPhotoAnalyzer, readFaceWeights, type OpenAnalyzer } from './face-models.ts';
import { readImage } from './image-files.ts';
import { createNodeRunner } from './ort-node-runner.ts';

const people = '../shared/data/people';
const picture = await readImage(new URL('../../models/testing/golden/vision-face.png', import.meta.url).pathname);
let open: OpenAnalyzer<PhotoAnalyzer>;
beforeAll(async () => {
  open = await openPhotoAnalyzer();
});
afterAll(() => open.dispose());

test('every net has its say of a portrait', async () => {
  const { faces, personShare, backdrop, nudity } = await open.analyzer.measure(picture);
  expect(faces).toHaveLength(1);
  const [face] = faces;
  expect(face!.embedding).toHaveLength(128);
  expect(face!.apparentAgeYears).toBeGreaterThan(10);
  expect(Math.min(face!.eyeOpening.right, face!.eyeOpening.left)).toBeGreaterThan(0.2);
  expect(personShare).toBeGreaterThan(0.3);
  expect(personShare).toBeLessThan(0.95);
  expect(backdrop).not.toBeNull();
  expect(nudity).toBeLessThan(0.1);
});

test('nets that are not loaded leave null', async () => {
  const runner = createNodeRunner();
  const analyzer = await PhotoAnalyzer.create(runner, { blazeface: await readFaceWeights('blazeface'), 'face-mesh': await readFaceWeights('face-mesh') });
  const measures = await analyzer.measure(picture);
  expect(measures).toMatchObject({ nudity: null, personShare: null, backdrop: null });
  expect(measures.faces[0]).toMatchObject({ embedding: null, apparentAgeYears: null, apparentWoman: null });
  await analyzer.dispose();
  await runner.dispose();
});

test('a picture without a face, down to one pixel, is measured without one', async () => {
  const flat = (widthPx: number, heightPx: number) => ({ widthPx, heightPx, rgb: new Uint8Array(widthPx * heightPx * 3).fill(120) });
  for (const empty of [flat(1, 1), flat(3, 400), flat(64, 48)]) expect((await open.analyzer.measure(empty)).faces).toEqual([]);
});

const labels = existsSync(people)
  ? (JSON.parse(readFileSync(`${people}/ben/labels.json`, 'utf8')) as { file: string; yaw: number; pitch: number; roll: number }[])
  : [];

test.skipIf(labels.length === 0)('the pose of six photos agrees with their labels within 9 degrees', async () => {
  for (const { file, yaw, pitch, roll } of labels.slice(0, 6)) {
    const photo = await readImage(`${people}/ben/${file}`);
    const pose = (await open.analyzer.measure(photo)).faces[0]!.pose;
    for (const [read, label] of [[pose.yaw, yaw], [pose.pitch, pitch], [pose.roll, roll]] as const) expect(Math.abs(read - label)).toBeLessThan(9); // prettier-ignore
  }
});

test.skipIf(!existsSync(`${people}/ada/bad`))('a photo on its head has a face whose roll says so', async () => {
  const upsideDown: PhotoMeasures = await open.analyzer.measure(await readImage(`${people}/ada/bad/12-upside-down.jpg`));
  expect(Math.abs(upsideDown.faces[0]!.pose.roll)).toBeGreaterThan(165);
});

test('the camera gets pose and light of a small frame', async () => {
  const frame = resizePicture(picture, { widthPx: 160, heightPx: 160 });
  const [face] = await open.analyzer.detect(frame);
  const live = await open.analyzer.measureFace(frame, face!);
  const full = (await open.analyzer.measure(picture)).faces[0]!;
  expect(Math.abs(live.pose.yaw - full.pose.yaw)).toBeLessThan(4);
  expect(Math.abs(live.light.meanLightness - full.light.meanLightness)).toBeLessThan(4);
});
