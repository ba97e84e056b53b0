/** @file One contract for the face nets on any runner: the answers of the originals under TensorFlow.js. */
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parseSafetensors } from '#models/formats/safetensors.ts';
import type { Graph } from '#models/graph/graph.ts';
import { verifyGraph } from '#models/graph/verify-graph.ts';
import type { GraphRunner } from '#models/runtime/graph-runner.ts';
import { float32, tensor, type Tensor } from '#models/tensor/tensor.ts';
import { scatteredPixels } from '#models/testing/scattered-pixels.ts';
import { buildBlazeface } from '#models/vision/blazeface.ts';
import { buildFaceMesh } from '#models/vision/face-mesh.ts';
import { buildFaceres } from '#models/vision/faceres.ts';
import { buildNudityNet } from '#models/vision/nudity-net.ts';
import { buildPersonMask } from '#models/vision/person-mask-net.ts';
import { widenQuantised } from '#models/vision/quantised-weights.ts';
import type { VisionNetName } from '#models/vision/vision-net.ts';
import { readFaceWeights } from './face-models.ts';
import { readImage } from './image-files.ts';

const golden = parseSafetensors(new Uint8Array(readFileSync(new URL('../../models/testing/golden/vision.safetensors', import.meta.url)))).tensors;
const picture = await readImage(new URL('../../models/testing/golden/vision-face.png', import.meta.url).pathname);

/** Rows and columns from `edge` on, as planes: what the golden script fed, in our layout. */
function planes(edge: number, scale: number, offset: number): Tensor {
  const size = picture.widthPx - 2 * edge;
  const data = new Float32Array(3 * size * size);
  for (let i = 0; i < data.length; i++) {
    const [channel, row, column] = [Math.floor(i / (size * size)), Math.floor(i / size) % size, i % size];
    data[i] = picture.rgb[((row + edge) * picture.widthPx + column + edge) * 3 + channel]! * scale + offset;
  }
  return tensor('float32', [1, 3, size, size], data);
}

async function answer(runner: GraphRunner, graph: Graph, net: VisionNetName, feed: Record<string, Tensor>): Promise<Record<string, Tensor>> {
  verifyGraph(graph);
  const compiled = await runner.compile(graph, [await runner.upload(widenQuantised(await readFaceWeights(net)))]);
  return compiled.run(feed);
}

function largestDifference(actual: Tensor, expected: readonly Tensor[]): number {
  const wanted = expected.flatMap(({ data }) => [...(data as Float32Array)]);
  expect(actual.data.length).toBe(wanted.length);
  return wanted.reduce((largest, value, i) => Math.max(largest, Math.abs(value - Number(actual.data[i]))), 0);
}

/** Declares the contract's tests; the runner is made before the first and disposed after the last. */
export function describeFaceNets(name: string, createRunner: () => GraphRunner): void {
  describe(name, () => {
    let runner: GraphRunner;
    beforeAll(() => {
      runner = createRunner();
    });
    afterAll(() => runner.dispose());

    test('BlazeFace answers as the original does under TensorFlow.js', async () => {
      const { scores, boxes } = await answer(runner, buildBlazeface(), 'blazeface', { image: planes(0, 1 / 127.5, -1) });
      expect(largestDifference(scores!, [golden.get('blazeface.scores.fine')!, golden.get('blazeface.scores.coarse')!])).toBeLessThan(1e-3);
      expect(largestDifference(boxes!, [golden.get('blazeface.boxes.fine')!, golden.get('blazeface.boxes.coarse')!])).toBeLessThan(1e-3);
    });

    test('FaceRes answers as the original does under TensorFlow.js', async () => {
      const { embedding, age, male } = await answer(runner, buildFaceres(), 'faceres', { face: planes(16, 1, 0) });
      expect(largestDifference(embedding!, [golden.get('faceres.embedding')!])).toBeLessThan(1e-3);
      expect(largestDifference(age!, [golden.get('faceres.age')!])).toBeLessThan(1e-3);
      expect(largestDifference(male!, [golden.get('faceres.male')!])).toBeLessThan(1e-3);
    });

    test('the face mesh answers as the original does under TensorFlow.js', async () => {
      const { points, presence } = await answer(runner, buildFaceMesh(), 'face-mesh', { face: planes(32, 1 / 255, 0) });
      expect(largestDifference(points!, [golden.get('face-mesh.points')!])).toBeLessThan(1e-3);
      expect(largestDifference(presence!, [golden.get('face-mesh.presence')!])).toBeLessThan(1e-3);
    });

    test('the person mask is the one of the original under TensorFlow.js', async () => {
      const { mask } = await answer(runner, buildPersonMask(), 'person-mask', { image: planes(0, 1 / 255, 0) });
      const every4th = (mask!.data as Float32Array).filter((_, i) => (i >> 8) % 4 === 0 && i % 4 === 0);
      expect(largestDifference(float32([1, 64, 64, 1], every4th), [golden.get('person-mask.mask')!])).toBeLessThan(1e-3);
    });

    test('the nudity classifier believes what the original does under TensorFlow.js of a picture', async () => {
      const { belief } = await answer(runner, buildNudityNet(), 'nudity', { image: planes(16, 1 / 255, 0) });
      expect(largestDifference(belief!, [golden.get('nudity.picture')!])).toBeLessThan(1e-3);
    });

    test('and of noise', async () => {
      const area = 224 * 224;
      const scattered = scatteredPixels(3 * area);
      const image = float32(
        [1, 3, 224, 224],
        scattered.map((_, i) => scattered[(i % area) * 3 + Math.floor(i / area)]!),
      );
      const { belief } = await answer(runner, buildNudityNet(), 'nudity', { image });
      expect(largestDifference(belief!, [golden.get('nudity.scattered')!])).toBeLessThan(1e-3);
    });
  });
}
