/** @file The nets that say who a face is, on the engine's own runner: for the trials of a training. */
import { parseSafetensors } from '#models/formats/safetensors.ts';
import type { GraphRunner } from '#models/runtime/graph-runner.ts';
import { DlibFaceJudge, faceJudgeNets, type FaceJudgeWeights } from '#models/vision/face-judge.ts';
import { weightFile } from '#models/vision/vision-net.ts';
import { siteFolder } from '../host/model-folders.ts';

/** Loads both nets; the caller disposes. @throws {AppError} `model-file-missing` if one cannot be fetched */
export async function openFaceJudge(runner: GraphRunner): Promise<DlibFaceJudge> {
  const folder = siteFolder('vision', new URL('/models/vision/', self.location.origin), faceJudgeNets.map(weightFile));
  const weights = await Promise.all(faceJudgeNets.map(async (net) => [net, parseSafetensors(await folder.readBytes(weightFile(net))).tensors] as const));
  return DlibFaceJudge.create(runner, Object.fromEntries(weights) as unknown as FaceJudgeWeights);
}
