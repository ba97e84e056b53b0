/** @file What is kept of a photo: its pixels, encoded anew, with a thumbnail and a digest. */
import { AppError } from '#models/errors/app-error.ts';
import type { RgbPicture } from '#models/pipelines/pixels.ts';
import { drawBitmap, readCanvas } from '../host/browser-pictures.ts';
import { bareJpeg } from './bare-jpeg.ts';
import { scaledSize, thumbnailShortSidePx } from './photo-limits.ts';

/** A photo made ready, before anybody has looked at it. */
export interface DrawnPhoto {
  /** JPEG without metadata. */
  readonly picture: Blob;
  readonly thumbnail: Blob;
  /** SHA-256 of `picture`, hex. */
  readonly digest: string;
  /** What is in `picture`, before it was encoded. */
  readonly pixels: RgbPicture;
}

const jpegQuality = 0.92;

/** @param canvas at its final size; empty afterwards */
export async function drawPhoto(canvas: OffscreenCanvas): Promise<DrawnPhoto> {
  const pixels = readCanvas(canvas);
  const picture = await encodeJpeg(canvas, jpegQuality);
  return { picture, pixels, thumbnail: await drawThumbnail(canvas), digest: await sha256(picture) };
}

/** Encoding anew is what strips all metadata: place, camera, time. */
export async function encodeJpeg(canvas: OffscreenCanvas, quality: number): Promise<Blob> {
  const encoded = await canvas.convertToBlob({ type: 'image/jpeg', quality });
  return new Blob([bareJpeg(new Uint8Array(await encoded.arrayBuffer()))], { type: 'image/jpeg' });
}

async function drawThumbnail(canvas: OffscreenCanvas): Promise<Blob> {
  const { widthPx, heightPx } = scaledSize(canvas.width, canvas.height, thumbnailShortSidePx);
  const bitmap = canvas.transferToImageBitmap();
  try {
    return await encodeJpeg(drawBitmap(bitmap, widthPx, heightPx), 0.85);
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
