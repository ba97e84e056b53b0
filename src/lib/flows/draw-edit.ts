/** @file Draws an edit as the dialog shows it: the same geometry and the same light as the photo worker renders. */
import { editTransform, exposureTable, frameSize, type PhotoEdit } from '#models/vision/photo-edit.ts';

/** The original, decoded once, small enough to be drawn at every move of a slider. */
export async function decodePreview(
  original: Blob,
  longSidePx: number,
): Promise<{ readonly bitmap: ImageBitmap; readonly widthPx: number; readonly heightPx: number }> {
  const whole = await createImageBitmap(original);
  const { width: widthPx, height: heightPx } = whole;
  const scale = Math.min(1, longSidePx / Math.max(widthPx, heightPx));
  const bitmap = await createImageBitmap(whole, {
    resizeWidth: Math.max(1, Math.round(widthPx * scale)),
    resizeHeight: Math.max(1, Math.round(heightPx * scale)),
    resizeQuality: 'high',
  });
  whole.close();
  return { bitmap, widthPx, heightPx };
}

/** Draws the picture with everything but the crop, which the frame above it shows. Sets the size of the canvas. */
export function drawUncropped(canvas: HTMLCanvasElement, bitmap: ImageBitmap, edit: PhotoEdit): void {
  const uncropped = { ...edit, crop: null };
  const size = { widthPx: bitmap.width, heightPx: bitmap.height };
  const frame = frameSize(size, uncropped);
  canvas.width = frame.widthPx;
  canvas.height = frame.heightPx;
  const context = canvas.getContext('2d', { willReadFrequently: edit.exposureStops !== 0 });
  if (context === null) return;
  context.imageSmoothingQuality = 'high';
  context.setTransform(...editTransform(size, uncropped));
  context.drawImage(bitmap, 0, 0);
  context.resetTransform();
  if (edit.exposureStops === 0) return;
  const pixels = context.getImageData(0, 0, canvas.width, canvas.height);
  const table = exposureTable(edit.exposureStops);
  const { data } = pixels;
  for (let index = 0; index < data.length; index += 4) {
    for (let channel = index; channel < index + 3; channel += 1) data[channel] = table[data[channel] ?? 0] ?? 0;
  }
  context.putImageData(pixels, 0, 0);
}
