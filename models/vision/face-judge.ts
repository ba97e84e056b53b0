/** @file Says who the surest face of a picture is: detector and dlib's net together, for whoever compares pictures with photos. */
import type { RgbPicture } from '../pipelines/pixels.ts';
import type { GraphRunner } from '../runtime/graph-runner.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { FaceAnalyzer } from './face-analyzer.ts';
import type { FaceEmbedding } from './face-embedding.ts';
import { FaceEmbedder } from './face-identity.ts';

/** What the two weight files hold. */
export interface FaceJudgeWeights {
  readonly blazeface: ReadonlyMap<string, Tensor>;
  readonly 'dlib-face': ReadonlyMap<string, Tensor>;
}

/** The names of the nets that a judge is made of. */
export const faceJudgeNets = ['blazeface', 'dlib-face'] as const satisfies readonly (keyof FaceJudgeWeights)[];

export class DlibFaceJudge {
  readonly #faces: FaceAnalyzer;
  readonly #embedder: FaceEmbedder;

  private constructor(faces: FaceAnalyzer, embedder: FaceEmbedder) {
    this.#faces = faces;
    this.#embedder = embedder;
  }

  /**
   * @param runner not owned: the caller disposes it after the judge
   * @throws {AppError} `weights-missing` if a tensor of a net is absent
   */
  static async create(runner: GraphRunner, weights: FaceJudgeWeights): Promise<DlibFaceJudge> {
    const faces = await FaceAnalyzer.create(runner, { blazeface: weights.blazeface });
    try {
      return new DlibFaceJudge(faces, await FaceEmbedder.create(runner, weights['dlib-face']));
    } catch (error) {
      await faces.dispose();
      throw error;
    }
  }

  /** The surest face of an upright picture, 128 numbers of length 1 (`identityLimits` says what their cosines mean); null where none is found. */
  async embed(picture: RgbPicture): Promise<FaceEmbedding | null> {
    const [surest] = await this.#faces.detect(picture);
    return surest === undefined ? null : this.#embedder.embed(picture, surest);
  }

  /** Frees both nets. */
  async dispose(): Promise<void> {
    await this.#faces.dispose();
    await this.#embedder.dispose();
  }
}
