/** @file One vision net on a runner, with its weights; and the list of their files. */
import type { Graph } from '../graph/graph.ts';
import type { CompiledGraph, GraphRunner, WeightSet } from '../runtime/graph-runner.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { widenQuantised } from './quantised-weights.ts';

/** Every net that has a file in `weights/`: the photo worker, the command line and the tests read this list, and each has a card in `cards.ts`. */
export const visionNets = ['blazeface', 'face-mesh', 'faceres', 'dlib-face', 'age', 'person-mask', 'nudity'] as const;
export type VisionNetName = (typeof visionNets)[number];

/** Those that `PhotoAnalyzer` is made of: the photo worker need not fetch FaceRes. */
export const photoNets = ['blazeface', 'face-mesh', 'dlib-face', 'age', 'person-mask', 'nudity'] as const satisfies readonly VisionNetName[];
export type PhotoNetName = (typeof photoNets)[number];

/** The file of a net, beside `weights/` in the repository and `/models/vision/` on the site. */
export function weightFile(net: VisionNetName): string {
  return `${net}.safetensors`;
}

/** A net that is ready to run. Owns its weights. */
export class VisionNet {
  readonly #weights: WeightSet;
  readonly #graph: CompiledGraph;

  private constructor(weights: WeightSet, graph: CompiledGraph) {
    this.#weights = weights;
    this.#graph = graph;
  }

  /**
   * Uploads the weights and prepares the graph.
   *
   * @param tensors as they are in the file; bytes are widened
   * @throws {AppError} `weights-missing` if a tensor is absent
   */
  static async load(runner: GraphRunner, graph: Graph, tensors: ReadonlyMap<string, Tensor>): Promise<VisionNet> {
    const weights = await runner.upload(widenQuantised(tensors));
    try {
      return new VisionNet(weights, await runner.compile(graph, [weights]));
    } catch (error) {
      weights.dispose();
      throw error;
    }
  }

  /** Outputs by name. */
  run(feeds: Readonly<Record<string, Tensor>>): Promise<Record<string, Tensor>> {
    return this.#graph.run(feeds);
  }

  /** Frees the net and its weights. */
  async dispose(): Promise<void> {
    await this.#graph.dispose();
    this.#weights.dispose();
  }
}
