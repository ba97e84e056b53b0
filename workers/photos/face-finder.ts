/** @file Finds faces with the app's own detector on one wasm thread, loaded with the first photo. */
import { parseSafetensors } from '#models/formats/safetensors.ts';
import type { RgbPicture } from '#models/pipelines/pixels.ts';
import { FaceAnalyzer } from '#models/vision/face-analyzer.ts';
import { faceWithForehead } from '#models/vision/training-crop.ts';
import { siteFolder } from '../host/model-folders.ts';
import { createWasmRunner } from '../runtime/ort-web-runner.ts';
import type { FaceFinder, FoundFace } from './photo-service.ts';

/** Owns its runner and net for as long as the worker lives. A failed load is tried again with the next photo. */
export class WasmFaceFinder implements FaceFinder {
  #analyzer: Promise<FaceAnalyzer> | null = null;

  async findFaces(picture: RgbPicture): Promise<readonly FoundFace[]> {
    const faces = await (await this.#open()).detect(picture);
    return faces.map(({ box }) => ({ box: faceWithForehead(box) }));
  }

  #open(): Promise<FaceAnalyzer> {
    if (this.#analyzer !== null) return this.#analyzer;
    const opening = openAnalyzer();
    this.#analyzer = opening;
    opening.catch(() => (this.#analyzer = null));
    return opening;
  }
}

const detectorFile = 'blazeface.safetensors';

async function openAnalyzer(): Promise<FaceAnalyzer> {
  const folder = siteFolder('vision', new URL('/models/vision/', self.location.origin), [detectorFile]);
  const blazeface = parseSafetensors(await folder.readBytes(detectorFile)).tensors;
  return FaceAnalyzer.create(createWasmRunner({ threads: 1 }), { blazeface });
}
