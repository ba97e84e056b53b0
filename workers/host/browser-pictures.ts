/** @file Between the browser's pictures (blobs, bitmaps, canvases) and the pixels that `models/` computes with. */
import { AppError } from '#models/errors/app-error.ts';
import type { RgbPicture } from '#models/pipelines/pixels.ts';

/**
 * A canvas with the bitmap drawn onto it at the given size, on white where it is transparent.
 *
 * @param bitmap stays open
 */
export function drawBitmap(bitmap: ImageBitmap, widthPx = bitmap.width, heightPx = bitmap.height): OffscreenCanvas {
  const canvas = new OffscreenCanvas(widthPx, heightPx);
  const context = contextOf(canvas);
  context.fillStyle = 'white';
  context.fillRect(0, 0, widthPx, heightPx);
  context.imageSmoothingQuality = 'high';
  context.drawImage(bitmap, 0, 0, widthPx, heightPx);
  return canvas;
}

/** The pixels of a canvas without their opacity. */
export function readCanvas(canvas: OffscreenCanvas): RgbPicture {
  const { width, height } = canvas;
  const rgba = contextOf(canvas).getImageData(0, 0, width, height).data;
  const rgb = new Uint8Array(width * height * 3);
  for (let from = 0, to = 0; from < rgba.length; from += 4, to += 3) {
    rgb[to] = rgba[from]!;
    rgb[to + 1] = rgba[from + 1]!;
    rgb[to + 2] = rgba[from + 2]!;
  }
  return { widthPx: width, heightPx: height, rgb };
}

/** Decodes a stored picture, which is upright already. */
export async function decodePicture(picture: Blob): Promise<RgbPicture> {
  const bitmap = await createImageBitmap(picture);
  try {
    return readCanvas(drawBitmap(bitmap));
  } finally {
    bitmap.close();
  }
}

/** The picture as a PNG file, pixel for pixel. */
export async function encodePng({ widthPx, heightPx, rgb }: RgbPicture): Promise<Uint8Array<ArrayBuffer>> {
  const canvas = new OffscreenCanvas(widthPx, heightPx);
  const context = contextOf(canvas);
  const pixels = context.createImageData(widthPx, heightPx);
  for (let from = 0, to = 0; from < rgb.length; from += 3, to += 4) {
    pixels.data[to] = rgb[from]!;
    pixels.data[to + 1] = rgb[from + 1]!;
    pixels.data[to + 2] = rgb[from + 2]!;
    pixels.data[to + 3] = 255;
  }
  context.putImageData(pixels, 0, 0);
  return new Uint8Array(await (await canvas.convertToBlob({ type: 'image/png' })).arrayBuffer());
}

/** @throws {AppError} `device-out-of-memory` if the browser makes no canvas of that size */
export function contextOf(canvas: OffscreenCanvas): OffscreenCanvasRenderingContext2D {
  // On the CPU: every canvas here is read back or encoded, and a GPU canvas would pay for the way there and back.
  const context = canvas.getContext('2d', { willReadFrequently: true });
  if (context === null)
    throw new AppError('device-out-of-memory', {
      message: `a canvas of ${canvas.width} x ${canvas.height} pixels could not be made`,
      help: 'Close other tabs, then try again.',
      retryable: true,
    });
  return context;
}
