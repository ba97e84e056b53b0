/** @file Makes photos ready, one at a time: upright, small enough, without metadata, with the place of the face. */
import { AppError } from '#models/errors/app-error.ts';
import { encodeError } from '#models/errors/error-codec.ts';
import type { RgbPicture } from '#models/pipelines/pixels.ts';
import type { PhotoEdit } from '#models/vision/photo-edit.ts';
import type { ExpandResult, GuideResult, GuideTarget, PhotoApi, PreparedPhoto, PreparedPhotoResult } from '../contract/photos.ts';
import { drawBitmap, readCanvas } from '../host/browser-pictures.ts';
import { Mutex } from '../host/mutex.ts';
import { decodePhoto } from './decode-photo.ts';
import { guideHint, type GuideFrame } from './guide-hint.ts';
import { maxShortSidePx, scaledSize, thumbnailShortSidePx } from './photo-limits.ts';
import { renderEdit } from './render-edit.ts';

/** Where the faces of a picture are, surest first. */
export interface FaceFinder {
  findFaces(picture: RgbPicture): Promise<readonly FoundFace[]>;
}

export interface FoundFace {
  /** Shares of the frame [x0, y0, x1, y1], chin to hairline; slightly outside 0 to 1 at the edge. */
  readonly box: readonly [number, number, number, number];
}

const jpegQuality = 0.92;

/** Implements `PhotoApi`. Holds one decoded photo at a time, at most 240 MB of pixels. */
export class PhotoService implements PhotoApi {
  readonly #faces: FaceFinder;
  readonly #queue = new Mutex();
  #frameBefore: GuideFrame | null = null;

  constructor(faces: FaceFinder) {
    this.#faces = faces;
  }

  prepare(file: Blob, _fileName: string): Promise<PreparedPhotoResult> {
    return this.#inTurn<PreparedPhotoResult>(async () => {
      const bitmap = await decodePhoto(file);
      try {
        const { widthPx, heightPx } = scaledSize(bitmap.width, bitmap.height, maxShortSidePx);
        return { ok: true, photo: await this.#finish(drawBitmap(bitmap, widthPx, heightPx)) };
      } finally {
        bitmap.close();
      }
    });
  }

  async expand(file: Blob, fileName: string): Promise<ExpandResult> {
    return { ok: true, kind: 'single', files: [{ file, fileName }], skippedCount: 0, stopped: null };
  }

  edit(picture: Blob, edit: PhotoEdit): Promise<PreparedPhotoResult> {
    return this.#inTurn<PreparedPhotoResult>(async () => {
      const original = await decodePhoto(picture);
      try {
        return { ok: true, photo: await this.#finish(renderEdit(original, edit)) };
      } finally {
        original.close();
      }
    });
  }

  guide(frame: ImageBitmap, target: GuideTarget): Promise<GuideResult> {
    return this.#inTurn<GuideResult>(async () => {
      try {
        const faces = await this.#faces.findFaces(readCanvas(drawBitmap(frame)));
        const now: GuideFrame = { faceBoxes: faces.map(({ box }) => box), faceLightness: null, yaw: null, widthPx: frame.width, heightPx: frame.height };
        const hint = guideHint(now, this.#frameBefore, target);
        this.#frameBefore = now;
        return { ok: true, hint, faceBox: now.faceBoxes[0] ?? null };
      } finally {
        frame.close();
      }
    });
  }

  /** One at a time, and every failure as data. */
  #inTurn<T>(body: () => Promise<T>): Promise<T | { readonly ok: false; readonly error: ReturnType<typeof encodeError> }> {
    return this.#queue.run(async () => {
      try {
        return await body();
      } catch (error) {
        return { ok: false, error: encodeError(error) };
      }
    });
  }

  async #finish(canvas: OffscreenCanvas): Promise<PreparedPhoto> {
    const { width: widthPx, height: heightPx } = canvas;
    // Encoding anew is what strips all metadata: place, camera, time.
    const picture = await canvas.convertToBlob({ type: 'image/jpeg', quality: jpegQuality });
    const faces = await this.#findFaces(readCanvas(canvas));
    return {
      picture,
      thumbnail: await makeThumbnail(canvas),
      widthPx,
      heightPx,
      faceBox: faces?.[0]?.box ?? null,
      faceCount: faces?.length ?? null,
      measures: null,
      digest: await sha256(picture),
    };
  }

  /** Null if the detector cannot run here: a photo that nobody looked at is still a photo, and the page says so. */
  async #findFaces(picture: RgbPicture): Promise<readonly FoundFace[] | null> {
    try {
      return await this.#faces.findFaces(picture);
    } catch (error) {
      console.warn('The face detector could not run:', encodeError(error).code);
      return null;
    }
  }
}

async function makeThumbnail(canvas: OffscreenCanvas): Promise<Blob> {
  const { widthPx, heightPx } = scaledSize(canvas.width, canvas.height, thumbnailShortSidePx);
  const bitmap = canvas.transferToImageBitmap();
  try {
    return await drawBitmap(bitmap, widthPx, heightPx).convertToBlob({ type: 'image/jpeg', quality: 0.85 });
  } finally {
    bitmap.close();
  }
}

/** SHA-256 of the bytes, hex. @throws {AppError} `device-unavailable` outside a secure context */
async function sha256(blob: Blob): Promise<string> {
  const { subtle } = crypto as { subtle?: SubtleCrypto };
  if (subtle === undefined)
    throw new AppError('device-unavailable', { message: 'this page is not in a secure context', help: 'Open the app over https or on localhost.' });
  const digest = await subtle.digest('SHA-256', await blob.arrayBuffer());
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, '0')).join('');
}
