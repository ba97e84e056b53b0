/** @file What the photo worker offers the page: anything a person has in, upright pictures with their measures or a reason out. */
import type { PhotoEdit } from '#models/vision/photo-edit.ts';
import type { PhotoMeasures } from '#models/vision/photo-measures.ts';
import type { EncodedError } from './engine.ts';

/** A photo made ready: upright, sRGB, stripped of all metadata, scaled so that the short side is at most 1024 px. */
export interface PreparedPhoto {
  readonly picture: Blob;
  readonly thumbnail: Blob;
  readonly widthPx: number;
  readonly heightPx: number;
  /** Box of the surest face as shares of the frame [x0, y0, x1, y1], chin to hairline, or null where none was found. */
  readonly faceBox: readonly [number, number, number, number] | null;
  /** Null where nobody looked: the face detector could not run. */
  readonly faceCount: number | null;
  /** What the checks judge; null where nobody looked. */
  readonly measures: PhotoMeasures | null;
  /** SHA-256 of the picture bytes, hex: the same photo twice is one photo. */
  readonly digest: string;
}

export type PreparedPhotoResult = { readonly ok: true; readonly photo: PreparedPhoto } | { readonly ok: false; readonly error: EncodedError };

/** What a dropped file turned out to be. */
export type ContainerKind = 'single' | 'zip' | 'video';

/** A picture file that was in another file; not yet decoded. */
export interface ExpandedFile {
  readonly file: Blob;
  /** Without folders. */
  readonly fileName: string;
}

export type ExpandResult =
  | {
      readonly ok: true;
      readonly kind: ContainerKind;
      /** Of a ZIP its pictures, of a video its best frames, else the file itself: then `prepare` says whether it is a picture. */
      readonly files: readonly ExpandedFile[];
      /** Entries of a ZIP that are no pictures. */
      readonly skippedCount: number;
      /** Why it ended before the end, with the files found until then: a limit, or an entry that is damaged. */
      readonly stopped: EncodedError | null;
    }
  | { readonly ok: false; readonly error: EncodedError };

/** The pose that the camera waits for. `any`: as long as the face can be seen. */
export type GuideTarget = 'any' | 'front' | 'left' | 'right';

/** What the person before the camera should do. Left and right are the person's own. */
export type GuideHint =
  | 'no-face'
  | 'several-faces'
  | 'more-light'
  | 'less-light'
  | 'closer'
  | 'further-back'
  | 'to-the-middle'
  | 'turn-left'
  | 'turn-right'
  | 'look-ahead'
  | 'hold-still'
  | 'good';

export type GuideResult =
  | {
      readonly ok: true;
      readonly hint: GuideHint;
      /** Box of the surest face, as in `PreparedPhoto`. */
      readonly faceBox: readonly [number, number, number, number] | null;
    }
  | { readonly ok: false; readonly error: EncodedError };

/** What was measured on a drawn picture. */
export type MeasureResult = { readonly ok: true; readonly measures: PhotoMeasures } | { readonly ok: false; readonly error: EncodedError };

/** No method rejects for bad input: a reason comes back instead. */
export interface PhotoApi {
  /** Makes one picture file ready. */
  prepare(file: Blob, fileName: string): Promise<PreparedPhotoResult>;
  /** Takes a ZIP or a short video apart into picture files; any other file comes back as it is. */
  expand(file: Blob, fileName: string): Promise<ExpandResult>;
  /**
   * Renders an edit and measures the result.
   *
   * @param picture the stored upright original, never an edited copy
   */
  edit(picture: Blob, edit: PhotoEdit): Promise<PreparedPhotoResult>;
  /**
   * Measures a picture that the app drew, for its ranking. Here and not in the engine: the nets are loaded in this thread already, and the
   * engine draws the next picture meanwhile.
   */
  measure(picture: Blob): Promise<MeasureResult>;
  /**
   * Looks at one frame of the live camera, not mirrored. The hint compares it with the frame before.
   *
   * @param frame about 480 px wide is enough; transferred and closed
   */
  guide(frame: ImageBitmap, target: GuideTarget): Promise<GuideResult>;
}
