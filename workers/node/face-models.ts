/** @file Opens the face nets in Node. */
import { readFile } from 'node:fs/promises';
import { parseSafetensors } from '#models/formats/safetensors.ts';
import type { GraphRunner } from '#models/runtime/graph-runner.ts';
import type { Tensor } from '#models/tensor/tensor.ts';
import { FaceAnalyzer } from '#models/vision/face-analyzer.ts';
import { DlibFaceJudge } from '#models/vision/face-judge.ts';
import { PhotoAnalyzer } from '#models/vision/photo-analyzer.ts';
import { photoNets, weightFile, type PhotoNetName, type VisionNetName } from '#models/vision/vision-net.ts';
import { createNodeRunner } from './ort-node-runner.ts';

const weightsFolder = new URL('../../models/vision/weights/', import.meta.url);

/** The weights of one net under our names. */
export async function readFaceWeights(net: VisionNetName): Promise<Map<string, Tensor>> {
  return parseSafetensors(new Uint8Array(await readFile(new URL(weightFile(net), weightsFolder)))).tensors;
}

/** An analyzer with the means to free everything it holds. */
export interface OpenAnalyzer<Analyzer> {
  readonly analyzer: Analyzer;
  dispose(): Promise<void>;
}
export type OpenFaceAnalyzer = OpenAnalyzer<FaceAnalyzer>;

/** Loads detector and embedder onto a runner; its own CPU runner where none is given. The caller disposes. */
export function openFaceAnalyzer(runner?: GraphRunner): Promise<OpenFaceAnalyzer> {
  return open(runner, async (used) => {
    const [blazeface, faceres] = await Promise.all([readFaceWeights('blazeface'), readFaceWeights('faceres')]);
    return FaceAnalyzer.create(used, { blazeface, faceres });
  });
}

/** Loads every net that measures photos; as `openFaceAnalyzer` otherwise. */
export function openPhotoAnalyzer(runner?: GraphRunner): Promise<OpenAnalyzer<PhotoAnalyzer>> {
  return open(runner, async (used) => {
    const weights = await Promise.all(photoNets.map(async (net) => [net, await readFaceWeights(net)] as const));
    return PhotoAnalyzer.create(used, Object.fromEntries(weights) as Record<PhotoNetName, Map<string, Tensor>>);
  });
}

/** Loads what says who a face is, as the training's trials ask it; as `openFaceAnalyzer` otherwise. */
export function openFaceJudge(runner?: GraphRunner): Promise<OpenAnalyzer<DlibFaceJudge>> {
  return open(runner, async (used) => {
    const [blazeface, dlibFace] = await Promise.all([readFaceWeights('blazeface'), readFaceWeights('dlib-face')]);
    return DlibFaceJudge.create(used, { blazeface, 'dlib-face': dlibFace });
  });
}

async function open<Analyzer extends { dispose(): Promise<void> }>(
  runner: GraphRunner | undefined,
  create: (runner: GraphRunner) => Promise<Analyzer>,
): Promise<OpenAnalyzer<Analyzer>> {
  const own = runner === undefined ? createNodeRunner() : undefined;
  const analyzer = await create(runner ?? own!);
  return {
    analyzer,
    dispose: async () => {
      await analyzer.dispose();
      await own?.dispose();
    },
  };
}
