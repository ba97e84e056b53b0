/** @file Decides after which steps a forming picture is shown, and makes it a PNG: every few steps, and never for more than a tenth of the time. */
import { markMadeWithAi } from '#models/formats/made-with-ai.ts';
import type { LatentPreview } from '#models/pipelines/latent-preview.ts';
import type { RgbPicture } from '#models/pipelines/pixels.ts';
import type { Tensor } from '#models/tensor/tensor.ts';
import { encodePng } from '../host/browser-pictures.ts';

/** Looks in one picture, if time allows. */
const looksPerPicture = 6;
/** Of the time that drawing takes. */
const shareOfTime = 0.1;

/** Used for one job. */
export class PreviewPrinter {
  readonly #preview: LatentPreview;
  readonly #everySteps: number;
  readonly #encode: (picture: RgbPicture) => Promise<Uint8Array>;
  readonly #now: () => number;
  #looks = 0;
  #lastAtMs = -Infinity;
  /** Of the last look; 0 until there was a second one, because the first compiles the decoder. */
  #costMs = 0;

  /** @param steps in one picture */
  constructor(
    preview: LatentPreview,
    steps: number,
    encode: (picture: RgbPicture) => Promise<Uint8Array> = encodePng,
    now: () => number = () => performance.now(),
  ) {
    this.#preview = preview;
    this.#everySteps = Math.max(1, Math.round(steps / looksPerPicture));
    this.#encode = encode;
    this.#now = now;
  }

  /** A PNG of the picture as it will be about, or null if it is not time for one. @param latent float32 [1, C, h, w] */
  async print(step: number, latent: Tensor<'float32'>): Promise<Uint8Array | null> {
    const startMs = this.#now();
    if (step % this.#everySteps !== 0 || (startMs - this.#lastAtMs) * shareOfTime < this.#costMs) return null;
    const png = markMadeWithAi(await this.#encode(await this.#preview.draw(latent)));
    this.#lastAtMs = this.#now();
    if (this.#looks++ > 0) this.#costMs = this.#lastAtMs - startMs;
    return png;
  }
}
