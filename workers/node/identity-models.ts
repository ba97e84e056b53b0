/** @file Opens the identity and age nets in Node. */
import type { GraphRunner } from '#models/runtime/graph-runner.ts';
import { AgeEstimator } from '#models/vision/age.ts';
import { FaceEmbedder } from '#models/vision/face-identity.ts';
import { readFaceWeights } from './face-models.ts';
import { createNodeRunner } from './ort-node-runner.ts';

/** Both nets with the means to free what they hold. */
export interface OpenIdentityNets {
  readonly embedder: FaceEmbedder;
  readonly ages: AgeEstimator;
  dispose(): Promise<void>;
}

/** Loads both nets onto a runner; their own CPU runner where none is given. The caller disposes. */
export async function openIdentityNets(runner?: GraphRunner): Promise<OpenIdentityNets> {
  const own = runner === undefined ? createNodeRunner() : undefined;
  const embedder = await FaceEmbedder.create(runner ?? own!, await readFaceWeights('dlib-face'));
  const ages = await AgeEstimator.create(runner ?? own!, await readFaceWeights('age'));
  return {
    embedder,
    ages,
    dispose: async () => {
      await embedder.dispose();
      await ages.dispose();
      await own?.dispose();
    },
  };
}
