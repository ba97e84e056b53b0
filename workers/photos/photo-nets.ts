/** @file The nets that look at photos, on wasm, loaded with the first photo. */
import { parseSafetensors } from '#models/formats/safetensors.ts';
import type { RgbPicture } from '#models/pipelines/pixels.ts';
import type { Tensor } from '#models/tensor/tensor.ts';
import { type LiveFace, PhotoAnalyzer, type PhotoWeights } from '#models/vision/photo-analyzer.ts';
import type { PhotoMeasures } from '#models/vision/photo-measures.ts';
import { photoNets, weightFile } from '#models/vision/vision-net.ts';
import { wasmThreads } from '../contract/device-facts.ts';
import { siteFolder } from '../host/model-folders.ts';
import { createWasmRunner } from '../runtime/ort-web-runner.ts';

/** Looks at upright pictures. Both methods reject where the nets cannot run. */
export interface PhotoLooker {
  /** Everything that is measured. */
  measure(picture: RgbPicture): Promise<PhotoMeasures>;
  /** Faces with pose and light only, surest first: quick enough for the camera and for the frames of a video. */
  glance(picture: RgbPicture): Promise<readonly LiveFace[]>;
}

/**
 * Owns its runner and nets for as long as the worker lives. A failed load is tried again with the next photo.
 *
 * At most two threads: a third gains little on nets this small, and the engine may be at work beside.
 */
export class WasmPhotoLooker implements PhotoLooker {
  readonly #threads: number;
  #analyzer: Promise<PhotoAnalyzer> | null = null;

  constructor(threads = Math.min(2, wasmThreads())) {
    this.#threads = threads;
  }

  async measure(picture: RgbPicture): Promise<PhotoMeasures> {
    return (await this.#open()).measure(picture);
  }

  async glance(picture: RgbPicture): Promise<readonly LiveFace[]> {
    const analyzer = await this.#open();
    const faces: LiveFace[] = [];
    for (const face of await analyzer.detect(picture)) faces.push(await analyzer.measureFace(picture, face));
    return faces;
  }

  #open(): Promise<PhotoAnalyzer> {
    if (this.#analyzer !== null) return this.#analyzer;
    const opening = openAnalyzer(this.#threads);
    this.#analyzer = opening;
    opening.catch(() => (this.#analyzer = null));
    return opening;
  }
}

/**
 * All nets or none: a photo whose nudity or age nobody looked at must not pass as looked at. Without one of them the photo is
 * unchecked, and is measured again when the page is opened next.
 */
async function openAnalyzer(threads: number): Promise<PhotoAnalyzer> {
  const folder = siteFolder('vision', new URL('/models/vision/', self.location.origin), photoNets.map(weightFile));
  const read = async (net: (typeof photoNets)[number]): Promise<readonly [string, ReadonlyMap<string, Tensor>]> => [
    net,
    parseSafetensors(await folder.readBytes(weightFile(net))).tensors,
  ];
  const weights = Object.fromEntries(await Promise.all(photoNets.map(read))) as unknown as PhotoWeights;
  const runner = createWasmRunner({ threads });
  try {
    return await PhotoAnalyzer.create(runner, weights);
  } catch (error) {
    await runner.dispose(); // The next photo tries again, with a runner of its own.
    throw error;
  }
}
