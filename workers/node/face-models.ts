/** @file Opens the face nets in Node. */
import { readFile } from 'node:fs/promises';
import { parseSafetensors } from '#models/formats/safetensors.ts';
import type { GraphRunner } from '#models/runtime/graph-runner.ts';
import type { Tensor } from '#models/tensor/tensor.ts';
import { FaceAnalyzer } from '#models/vision/face-analyzer.ts';
import { weightFile, type VisionNetName } from '#models/vision/vision-net.ts';
import { createNodeRunner } from './ort-node-runner.ts';

const weightsFolder = new URL('../../models/vision/weights/', import.meta.url);

/** The weights of one net under our names. */
export async function readFaceWeights(net: VisionNetName): Promise<Map<string, Tensor>> {
  return parseSafetensors(new Uint8Array(await readFile(new URL(weightFile(net), weightsFolder)))).tensors;
}

/** An analyzer with the means to free everything it holds. */
export interface OpenFaceAnalyzer {
  readonly analyzer: FaceAnalyzer;
  dispose(): Promise<void>;
}

/** Loads detector and embedder onto a runner; its own CPU runner where none is given. The caller disposes. */
export async function openFaceAnalyzer(runner?: GraphRunner): Promise<OpenFaceAnalyzer> {
  const own = runner === undefined ? createNodeRunner() : undefined;
  const [blazeface, faceres] = await Promise.all([readFaceWeights('blazeface'), readFaceWeights('faceres')]);
  const analyzer = await FaceAnalyzer.create(runner ?? own!, { blazeface, faceres });
  return {
    analyzer,
    dispose: async () => {
      await analyzer.dispose();
      await own?.dispose();
    },
  };
}
