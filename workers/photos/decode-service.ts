/** @file The decoders' side: everything that a stranger's file can break runs in a thread that may be ended at any time. */
import { transfer } from 'comlink';
import type { PhotoEdit } from '#models/vision/photo-edit.ts';
import { drawBitmap } from '../host/browser-pictures.ts';
import { decodePhoto } from './decode-photo.ts';
import { type DrawnPhoto, drawPhoto } from './draw-photo.ts';
import { maxShortSidePx, readerMissing, scaledSize } from './photo-limits.ts';
import { renderEdit } from './render-edit.ts';
import { unpackZip, type UnpackBudget, type UnpackedZip } from './unpack-zip.ts';
import type { VideoSamples } from './video-frames.ts';

/** What the photo worker asks of the decoders. Every failure is an `AppError`. */
export interface DecodeApi {
  draw(file: Blob): Promise<DrawnPhoto>;
  drawEdited(original: Blob, edit: PhotoEdit): Promise<DrawnPhoto>;
  /** @param limitMs after which it stops by itself, with what it has */
  unpackZip(file: Blob, budget: UnpackBudget, limitMs: number): Promise<UnpackedZip>;
  sampleVideo(file: Blob, limitMs: number): Promise<VideoSamples>;
}

/** Holds one decoded picture at a time, at most 240 MB of pixels. */
export class DecodeService implements DecodeApi {
  async draw(file: Blob): Promise<DrawnPhoto> {
    const bitmap = await decodePhoto(file);
    try {
      const { widthPx, heightPx } = scaledSize(bitmap.width, bitmap.height, maxShortSidePx);
      return await handedOver(drawBitmap(bitmap, widthPx, heightPx));
    } finally {
      bitmap.close();
    }
  }

  async drawEdited(original: Blob, edit: PhotoEdit): Promise<DrawnPhoto> {
    const bitmap = await decodePhoto(original);
    try {
      return await handedOver(renderEdit(bitmap, edit));
    } finally {
      bitmap.close();
    }
  }

  unpackZip(file: Blob, budget: UnpackBudget, limitMs: number): Promise<UnpackedZip> {
    return unpackZip(file, budget, limitMs);
  }

  async sampleVideo(file: Blob, limitMs: number): Promise<VideoSamples> {
    // Fetched with the first video: nine tenths of this thread's script, which nobody pays for who has photos only.
    const { sampleVideo } = await import('./video-frames.ts').catch((cause: unknown) => {
      throw readerMissing('videos', cause);
    });
    return sampleVideo(file, limitMs);
  }
}

/** The pixels go to the other thread without a copy. */
async function handedOver(canvas: OffscreenCanvas): Promise<DrawnPhoto> {
  const photo = await drawPhoto(canvas);
  return transfer(photo, [photo.pixels.rgb.buffer]);
}
