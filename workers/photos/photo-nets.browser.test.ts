/** @file The photo nets on wasm in Chromium: equal to TensorFlow.js, and how long a photo of 1,024 px takes. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { parseSafetensors } from '#models/formats/safetensors.ts';
import type { RgbPicture } from '#models/pipelines/pixels.ts';
import type { GraphRunner } from '#models/runtime/graph-runner.ts';
import { float32, type Tensor } from '#models/tensor/tensor.ts';
import { timesPerPhoto, timingRunner } from '#models/testing/timing-runner.ts';
import { buildFaceMesh } from '#models/vision/face-mesh.ts';
import { cropPicture, resizePicture } from '#models/vision/image.ts';
import { buildNudityNet } from '#models/vision/nudity-net.ts';
import { unitPlanes } from '#models/vision/person-mask.ts';
import { PhotoAnalyzer, type PhotoWeights } from '#models/vision/photo-analyzer.ts';
import { photoNets, VisionNet, weightFile } from '#models/vision/vision-net.ts';
import { wasmThreads } from '../contract/device-facts.ts';
import { createWasmRunner } from '../runtime/ort-web-runner.ts';

const goldenUrl = new URL('../../models/testing/golden/vision.safetensors', import.meta.url);
const pictureUrl = new URL('../../models/testing/golden/vision-face.png', import.meta.url);
const bytesOf = async (url: URL | string): Promise<Uint8Array> => new Uint8Array(await (await fetch(url)).arrayBuffer());

let runner: GraphRunner;
let weights: Record<string, ReadonlyMap<string, Tensor>>;
let picture: RgbPicture;
beforeAll(async () => {
  runner = createWasmRunner({ threads: Math.min(2, wasmThreads()) });
  weights = Object.fromEntries(
    await Promise.all(photoNets.map(async (net) => [net, parseSafetensors(await bytesOf(`/models/vision/${weightFile(net)}`)).tensors] as const)),
  );
  const bitmap = await createImageBitmap(new Blob([(await bytesOf(pictureUrl)) as BlobPart]));
  const context = new OffscreenCanvas(bitmap.width, bitmap.height).getContext('2d')!;
  context.drawImage(bitmap, 0, 0);
  const { data } = context.getImageData(0, 0, bitmap.width, bitmap.height);
  picture = {
    widthPx: bitmap.width,
    heightPx: bitmap.height,
    rgb: Uint8Array.from({ length: (data.length / 4) * 3 }, (_, i) => data[Math.floor(i / 3) * 4 + (i % 3)]!),
  };
});
afterAll(() => runner.dispose());

/** The pixels in the middle, in 0 to 1: what the golden script fed. */
const middle = (size: number): Tensor => {
  const edge = (picture.widthPx - size) / 2;
  return unitPlanes(cropPicture(picture, { x: edge, y: edge, widthPx: size, heightPx: size }));
};
const largestDifference = (actual: Tensor, expected: Tensor): number =>
  (expected.data as Float32Array).reduce((largest, value, i) => Math.max(largest, Math.abs(value - Number(actual.data[i]))), 0);

test('mesh and nudity classifier answer as the originals under TensorFlow.js', async () => {
  const golden = parseSafetensors(await bytesOf(goldenUrl)).tensors;
  const mesh = await VisionNet.load(runner, buildFaceMesh(), weights['face-mesh']!);
  const nudity = await VisionNet.load(runner, buildNudityNet(), weights['nudity']!);
  const { points } = await mesh.run({ face: middle(192) });
  const { belief } = await nudity.run({ image: middle(224) });
  expect(largestDifference(points ?? float32([0], []), golden.get('face-mesh.points')!)).toBeLessThan(1e-3);
  expect(largestDifference(belief ?? float32([0], []), golden.get('nudity.picture')!)).toBeLessThan(1e-3);
  await mesh.dispose();
  await nudity.dispose();
});

test('a photo of 1,024 px is measured by every net', async () => {
  const watched = timingRunner(runner);
  const analyzer = await PhotoAnalyzer.create(watched.runner, weights as unknown as PhotoWeights);
  const photo = resizePicture(picture, { widthPx: 1024, heightPx: 1024 });
  const measures = await analyzer.measure(photo); // the first warms up
  expect(measures.faces).toHaveLength(1);
  expect([measures.nudity, measures.personShare, measures.faces[0]!.apparentAgeYears].every((value) => value !== null)).toBe(true);
  watched.times.clear();
  const start = performance.now();
  const photos = 5;
  for (let i = 0; i < photos; i++) await analyzer.measure(photo);
  console.log(`ms a photo, ${Math.min(2, wasmThreads())} threads: ${timesPerPhoto(watched.times, photos, performance.now() - start)}`);
  await analyzer.dispose();
});
