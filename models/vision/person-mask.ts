/** @file Which part of a picture is person, on any runner; how much that is, and what colour is behind. */
import type { RgbPicture } from '../pipelines/pixels.ts';
import type { GraphRunner } from '../runtime/graph-runner.ts';
import { tensor, type Tensor } from '../tensor/tensor.ts';
import { labFromRgb, type LabColour } from './backdrop.ts';
import { resizePicture } from './image.ts';
import { buildPersonMask, personMaskSize } from './person-mask-net.ts';
import { VisionNet } from './vision-net.ts';

/** From here a pixel is person, and up to here it is background: what lies between is the soft edge. */
const surely = { person: 0.5, background: 0.1 } as const;

/** With less background than this share of the picture, its colour is not known. */
const leastBackground = 0.02;

/** A mask over a picture that is stretched to a square. */
export interface PersonMask {
  /** The picture at 256 x 256. */
  readonly square: RgbPicture;
  /** float32 [256 * 256], 0 to 1. */
  readonly person: Float32Array;
}

export class PersonMasker {
  readonly #net: VisionNet;

  private constructor(net: VisionNet) {
    this.#net = net;
  }

  /**
   * @param runner not owned: the caller disposes it after the masker
   * @throws {AppError} `weights-missing` if a tensor is absent
   */
  static async create(runner: GraphRunner, weights: ReadonlyMap<string, Tensor>): Promise<PersonMasker> {
    return new PersonMasker(await VisionNet.load(runner, buildPersonMask(), weights));
  }

  /** The mask of a picture of any shape: it is stretched, as the net's authors do. */
  async mask(picture: RgbPicture): Promise<PersonMask> {
    const square = resizePicture(picture, { widthPx: personMaskSize, heightPx: personMaskSize });
    const { mask } = await this.#net.run({ image: unitPlanes(square) });
    return { square, person: mask!.data as Float32Array };
  }

  /** Frees the net and its weights. */
  dispose(): Promise<void> {
    return this.#net.dispose();
  }
}

/** float32 [1, 3, H, W] in 0 to 1. */
export function unitPlanes({ widthPx, heightPx, rgb }: RgbPicture): Tensor<'float32'> {
  const area = widthPx * heightPx;
  const planes = new Float32Array(3 * area);
  for (let i = 0; i < area; i++) for (let channel = 0; channel < 3; channel++) planes[channel * area + i] = rgb[3 * i + channel]! / 255;
  return tensor('float32', [1, 3, heightPx, widthPx], planes);
}

/** Share of the picture that is person, 0 to 1. */
export function personShare({ person }: PersonMask): number {
  return person.reduce((count, value) => count + (value > surely.person ? 1 : 0), 0) / person.length;
}

/** Median colour of the background, channel by channel; null where there is hardly any. */
export function backdropBehind({ square, person }: PersonMask): LabColour | null {
  const channels: [Uint32Array, Uint32Array, Uint32Array] = [new Uint32Array(256), new Uint32Array(256), new Uint32Array(256)];
  let count = 0;
  person.forEach((value, pixel) => {
    if (value >= surely.background) return;
    count++;
    channels.forEach((histogram, channel) => histogram[square.rgb[3 * pixel + channel]!]!++);
  });
  if (count < leastBackground * person.length) return null;
  const median = (histogram: Uint32Array): number => {
    let [value, below] = [0, histogram[0]!];
    while (below * 2 < count) below += histogram[++value]!;
    return value;
  };
  return labFromRgb(median(channels[0]), median(channels[1]), median(channels[2]));
}
