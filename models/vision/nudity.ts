/** @file How much a picture shows, on any runner. */
import type { RgbPicture } from '../pipelines/pixels.ts';
import type { GraphRunner } from '../runtime/graph-runner.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { resizePicture } from './image.ts';
import { buildNudityNet, nudityClasses, nudityInputSize } from './nudity-net.ts';
import { unitPlanes } from './person-mask.ts';
import { VisionNet } from './vision-net.ts';

/** The classes that are nudity; `sexy` is bathing suits and bare shoulders. */
const explicitClasses: readonly (typeof nudityClasses)[number][] = ['hentai', 'porn'];

export type NudityBelief = Readonly<Record<(typeof nudityClasses)[number], number>>;

export class NudityClassifier {
  readonly #net: VisionNet;

  private constructor(net: VisionNet) {
    this.#net = net;
  }

  /**
   * @param runner not owned: the caller disposes it after the classifier
   * @throws {AppError} `weights-missing` if a tensor is absent
   */
  static async create(runner: GraphRunner, weights: ReadonlyMap<string, Tensor>): Promise<NudityClassifier> {
    return new NudityClassifier(await VisionNet.load(runner, buildNudityNet(), weights));
  }

  /** The share of belief in each class, together 1. The picture is stretched to a square, as the net's authors do. */
  async classify(picture: RgbPicture): Promise<NudityBelief> {
    const { belief } = await this.#net.run({ image: unitPlanes(resizePicture(picture, { widthPx: nudityInputSize, heightPx: nudityInputSize })) });
    return Object.fromEntries(nudityClasses.map((name, i) => [name, Number(belief!.data[i])])) as NudityBelief;
  }

  /** Frees the net and its weights. */
  dispose(): Promise<void> {
    return this.#net.dispose();
  }
}

/** How surely a picture shows nudity, 0 to 1. */
export function nudityOf(belief: NudityBelief): number {
  return explicitClasses.reduce((sum, name) => sum + belief[name], 0);
}
