/** @file One contract for the identity and age nets on any runner: the answers of face-api's own code under TensorFlow.js. */
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parseSafetensors } from '#models/formats/safetensors.ts';
import type { Graph } from '#models/graph/graph.ts';
import { verifyGraph } from '#models/graph/verify-graph.ts';
import type { GraphRunner } from '#models/runtime/graph-runner.ts';
import { tensor, type Tensor } from '#models/tensor/tensor.ts';
import { ageInputSize, buildAgeNet } from '#models/vision/age-net.ts';
import { buildDlibFace, dlibInputSize, dlibMeans } from '#models/vision/dlib-face.ts';
import { widenQuantised } from '#models/vision/quantised-weights.ts';
import { readImage } from './image-files.ts';

const read = (path: string): Map<string, Tensor> => parseSafetensors(new Uint8Array(readFileSync(new URL(path, import.meta.url)))).tensors;
const golden = read('../../models/testing/golden/face-api.safetensors');
const picture = await readImage(new URL('../../models/testing/golden/vision-face.png', import.meta.url).pathname);

/** The middle of the picture as the nets want it: what the golden script fed, in our layout. */
function middle(size: number): Tensor {
  const edge = (picture.widthPx - size) / 2;
  const data = Float32Array.from({ length: 3 * size * size }, (_, i) => {
    const [channel, row, column] = [Math.floor(i / (size * size)), Math.floor(i / size) % size, i % size];
    return (picture.rgb[((row + edge) * picture.widthPx + column + edge) * 3 + channel]! - dlibMeans[channel as 0 | 1 | 2]) / 255;
  });
  return tensor('float32', [1, 3, size, size], data);
}

function largestDifference(actual: Tensor | undefined, name: string): number {
  const wanted = golden.get(name)!.data as Float32Array;
  expect(actual!.data.length).toBe(wanted.length);
  return wanted.reduce((largest, value, i) => Math.max(largest, Math.abs(value - Number(actual!.data[i]))), 0);
}

/** Declares the contract's tests; the runner is made before the first and disposed after the last. */
export function describeIdentityNets(name: string, createRunner: () => GraphRunner): void {
  describe(name, () => {
    let runner: GraphRunner;
    beforeAll(() => {
      runner = createRunner();
    });
    afterAll(() => runner.dispose());

    const answer = async (graph: Graph, file: string, face: Tensor): Promise<Record<string, Tensor>> => {
      verifyGraph(graph);
      const compiled = await runner.compile(graph, [await runner.upload(widenQuantised(read(`../../models/vision/weights/${file}.safetensors`)))]);
      return compiled.run({ face });
    };

    test("dlib's face net answers as it does in face-api under TensorFlow.js", async () => {
      const { embedding } = await answer(buildDlibFace(), 'dlib-face', middle(dlibInputSize));
      expect(largestDifference(embedding, 'dlib-face.embedding')).toBeLessThan(1e-3);
    });

    test('the age net answers as it does in face-api under TensorFlow.js', async () => {
      const { age, sex } = await answer(buildAgeNet(), 'age', middle(ageInputSize));
      expect(largestDifference(age, 'age.age')).toBeLessThan(1e-3); // years
      expect(largestDifference(sex, 'age.sex')).toBeLessThan(1e-3);
    });
  });
}
