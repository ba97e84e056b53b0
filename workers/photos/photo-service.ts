/** @file What the page asks of the photos' thread: decoders do what files can break, nets look at what came out. */
import type { RgbPicture } from '#models/pipelines/pixels.ts';
import { encodeError, type EncodedError } from '#models/errors/error-codec.ts';
import type { PhotoEdit } from '#models/vision/photo-edit.ts';
import type { PhotoMeasures } from '#models/vision/photo-measures.ts';
import type { ExpandResult, GuideResult, GuideTarget, MeasureResult, PhotoApi, PreparedPhoto, PreparedPhotoResult } from '../contract/photos.ts';
import { decodePicture, drawBitmap, readCanvas } from '../host/browser-pictures.ts';
import { Mutex } from '../host/mutex.ts';
import type { FrameCandidate } from './choose-frames.ts';
import type { DrawnPhoto } from './draw-photo.ts';
import { Decoders } from './decoders.ts';
import { expandFile } from './expand-file.ts';
import { guideHint, type GuideFrame } from './guide-hint.ts';
import { decodeLimitMs, tooSlow } from './photo-limits.ts';
import type { PhotoLooker } from './photo-nets.ts';

/** Implements `PhotoApi`, one call after another. */
export class PhotoService implements PhotoApi {
  readonly #looker: PhotoLooker;
  readonly #decoders: Decoders;
  readonly #queue = new Mutex();
  #frameBefore: GuideFrame | null = null;

  /** @param decoders owned: ended by themselves when they have had nothing to do for a while */
  constructor(looker: PhotoLooker, decoders = new Decoders()) {
    this.#looker = looker;
    this.#decoders = decoders;
  }

  prepare(file: Blob, _fileName: string): Promise<PreparedPhotoResult> {
    return this.#inTurn<PreparedPhotoResult>(async () => {
      const limitMs = decodeLimitMs(file.size);
      return this.#lookAt(
        await this.#decoders.ask(
          (api) => api.draw(file),
          limitMs,
          () => tooSlow(limitMs),
        ),
      );
    });
  }

  expand(file: Blob, fileName: string): Promise<ExpandResult> {
    return this.#inTurn<ExpandResult>(() => expandFile(file, fileName, this.#decoders, (picture) => this.#poseOf(picture)));
  }

  edit(picture: Blob, edit: PhotoEdit): Promise<PreparedPhotoResult> {
    return this.#inTurn<PreparedPhotoResult>(async () => {
      const limitMs = decodeLimitMs(picture.size);
      return this.#lookAt(
        await this.#decoders.ask(
          (api) => api.drawEdited(picture, edit),
          limitMs,
          () => tooSlow(limitMs),
        ),
      );
    });
  }

  measure(picture: Blob): Promise<MeasureResult> {
    // No decoder of its own: the engine wrote this PNG.
    return this.#inTurn<MeasureResult>(async () => ({ ok: true, measures: await this.#looker.measure(await decodePicture(picture)) }));
  }

  guide(frame: ImageBitmap, target: GuideTarget): Promise<GuideResult> {
    return this.#inTurn<GuideResult>(async () => {
      try {
        const faces = await this.#looker.glance(readCanvas(drawBitmap(frame)));
        const now: GuideFrame = {
          faceBoxes: faces.map(({ box }) => box),
          faceLightness: faces[0]?.light.meanLightness ?? null,
          yaw: faces[0]?.pose.yaw ?? null,
          widthPx: frame.width,
          heightPx: frame.height,
        };
        const hint = guideHint(now, this.#frameBefore, target);
        this.#frameBefore = now;
        return { ok: true, hint, faceBox: now.faceBoxes[0] ?? null };
      } finally {
        frame.close();
      }
    });
  }

  async #lookAt({ picture, thumbnail, digest, pixels }: DrawnPhoto): Promise<PreparedPhotoResult> {
    const measures = await this.#measure(pixels);
    const photo: PreparedPhoto = {
      picture,
      thumbnail,
      widthPx: pixels.widthPx,
      heightPx: pixels.heightPx,
      faceBox: measures?.faces[0]?.box ?? null,
      faceCount: measures?.faces.length ?? null,
      measures,
      digest,
    };
    return { ok: true, photo };
  }

  /** Null if the nets cannot run here: a photo that nobody looked at is still a photo, and the page says so. */
  async #measure(pixels: RgbPicture): Promise<PhotoMeasures | null> {
    try {
      return await this.#looker.measure(pixels);
    } catch (error) {
      console.warn('A photo could not be looked at:', encodeError(error).code);
      return null;
    }
  }

  async #poseOf(picture: Blob): Promise<FrameCandidate['pose']> {
    try {
      const faces = await this.#looker.glance(await decodePicture(picture));
      return faces.length === 1 ? faces[0]!.pose : null;
    } catch (error) {
      console.warn('A frame could not be looked at:', encodeError(error).code);
      return undefined;
    }
  }

  /** One at a time, and every failure as data. */
  #inTurn<T>(body: () => Promise<T>): Promise<T | { readonly ok: false; readonly error: EncodedError }> {
    return this.#queue.run(async () => {
      try {
        return await body();
      } catch (error) {
        return { ok: false, error: encodeError(error) };
      }
    });
  }
}
