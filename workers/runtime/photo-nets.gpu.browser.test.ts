/** @file Every net of the photos on WebGPU in Chromium, CPU fallback forbidden, beside wasm. The engine runs two of them there: those that judge snapshots. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parseSafetensors } from '#models/formats/safetensors.ts';
import type { Graph } from '#models/graph/graph.ts';
import type { RgbPicture } from '#models/pipelines/pixels.ts';
import type { GraphRunner } from '#models/runtime/graph-runner.ts';
import type { Tensor } from '#models/tensor/tensor.ts';
import { ageInputSize, buildAgeNet } from '#models/vision/age-net.ts';
import { buildBlazeface } from '#models/vision/blazeface.ts';
import { buildDlibFace, dlibInputSize } from '#models/vision/dlib-face.ts';
import { buildFaceMesh, faceMeshInputSize } from '#models/vision/face-mesh.ts';
import { cropPicture } from '#models/vision/image.ts';
import { buildNudityNet, nudityInputSize } from '#models/vision/nudity-net.ts';
import { unitPlanes } from '#models/vision/person-mask.ts';
import { buildPersonMask, personMaskSize } from '#models/vision/person-mask-net.ts';
import { VisionNet, weightFile, type PhotoNetName } from '#models/vision/vision-net.ts';
import { decodePicture } from '../host/browser-pictures.ts';
import { requestWebGpuDevice } from './device.ts';
import { createWasmRunner, createWebGpuRunner } from './ort-web-runner.ts';

const hasWebGpu = ((await (navigator as { gpu?: GPU }).gpu?.requestAdapter()) ?? null) !== null;

/** Each net and the side of its input. */
const nets: Readonly<Record<PhotoNetName, readonly [build: () => Graph, side: number]>> = {
  blazeface: [buildBlazeface, 256],
  'face-mesh': [buildFaceMesh, faceMeshInputSize],
  'dlib-face': [buildDlibFace, dlibInputSize],
  age: [buildAgeNet, ageInputSize],
  'person-mask': [buildPersonMask, personMaskSize],
  nudity: [buildNudityNet, nudityInputSize],
};

/** In pixels, years or shares: what the nets are held to beside TensorFlow.js too. The detector's scores go over a thousand, and 8e-4 of them were seen. */
const tolerance = (range: number): number => 1e-3 * Math.max(1, range / 256);

async function fetchBytes(url: URL | string): Promise<ArrayBuffer> {
  return (await fetch(url)).arrayBuffer();
}

async function answerOf(runner: GraphRunner, name: PhotoNetName, picture: RgbPicture): Promise<Record<string, Tensor>> {
  const [build, side] = nets[name];
  const graph = build();
  const { tensors } = parseSafetensors(new Uint8Array(await fetchBytes(`/models/vision/${weightFile(name)}`)));
  const edge = (picture.widthPx - side) / 2;
  const middle = cropPicture(picture, { x: edge, y: edge, widthPx: side, heightPx: side });
  const net = await VisionNet.load(runner, graph, tensors);
  const outputs = await net.run({ [graph.inputs[0]!.name]: unitPlanes(middle) });
  await net.dispose();
  return outputs;
}

describe.skipIf(!hasWebGpu)('the nets of the photos on WebGPU, no CPU fallback', () => {
  let [wasm, gpu]: GraphRunner[] = [];
  let picture: RgbPicture;
  beforeAll(async () => {
    wasm = createWasmRunner();
    gpu = createWebGpuRunner({ gpu: await requestWebGpuDevice({ subgroups: false }), forbidCpuFallback: true });
    picture = await decodePicture(new Blob([await fetchBytes(new URL('../../models/testing/golden/vision-face.png', import.meta.url))]));
  });
  afterAll(async () => {
    await gpu?.dispose();
    await wasm?.dispose();
  });

  test.each(Object.keys(nets) as PhotoNetName[])('%s answers as on wasm', async (name) => {
    const wanted = await answerOf(wasm!, name, picture);
    const startMs = performance.now();
    const found = await answerOf(gpu!, name, picture);
    for (const [output, { data }] of Object.entries(wanted)) {
      const values = Array.from(data as Float32Array);
      const apart = values.reduce((largest, value, i) => Math.max(largest, Math.abs(value - Number(found[output]!.data[i]))), 0);
      const range = Math.max(...values.slice(0, 65536)) - Math.min(...values.slice(0, 65536));
      console.info(
        `${name} ${output}: ${apart.toExponential(1)} apart, values over ${range.toFixed(2)}, ${((performance.now() - startMs) / 1000).toFixed(1)} s`,
      );
      expect(apart, output).toBeLessThan(tolerance(range));
    }
  });
});
