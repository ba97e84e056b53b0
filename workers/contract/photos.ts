/** @file What the photo worker offers the page: bytes in, an upright square picture or a reason out. */
import type { EncodedError } from './engine.ts';

/** A photo made ready: upright, stripped of all metadata, scaled so that the short side is at most 1024 px. */
export interface PreparedPhoto {
  readonly picture: Blob;
  readonly thumbnail: Blob;
  readonly widthPx: number;
  readonly heightPx: number;
  /** Face box as shares of the frame [x0, y0, x1, y1], or null where none was found. */
  readonly faceBox: readonly [number, number, number, number] | null;
  /** Null where nobody looked: the face detector could not run. */
  readonly faceCount: number | null;
  /** SHA-256 of the picture bytes, hex: the same photo twice is one photo. */
  readonly digest: string;
}

export type PreparedPhotoResult = { readonly ok: true; readonly photo: PreparedPhoto } | { readonly ok: false; readonly error: EncodedError };

export interface PhotoApi {
  /** Never rejects for bad input: a reason comes back instead. */
  prepare(file: Blob, fileName: string): Promise<PreparedPhotoResult>;
}
