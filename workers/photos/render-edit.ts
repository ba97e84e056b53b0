/** @file Renders what a person changed on a photo: from the stored upright original, never from an edited copy. */
import { editedSize, editTransform, exposureTable, type PhotoEdit } from '#models/vision/photo-edit.ts';
import { contextOf } from '../host/browser-pictures.ts';

/**
 * The edited picture on a canvas of its own, in the original's pixels: what is cut away makes it smaller, straightening enlarges a little.
 *
 * @param original upright; stays open
 */
export function renderEdit(original: ImageBitmap, edit: PhotoEdit): OffscreenCanvas {
  const size = { widthPx: original.width, heightPx: original.height };
  const { widthPx, heightPx } = editedSize(size, edit);
  const canvas = new OffscreenCanvas(widthPx, heightPx);
  const context = contextOf(canvas);
  context.imageSmoothingQuality = 'high';
  context.setTransform(...editTransform(size, edit));
  context.drawImage(original, 0, 0);
  context.resetTransform();
  if (edit.exposureStops !== 0) expose(context, exposureTable(edit.exposureStops));
  return canvas;
}

/** Every channel through the table; the canvas has no transparent pixels here. */
function expose(context: OffscreenCanvasRenderingContext2D, table: Uint8ClampedArray): void {
  const image = context.getImageData(0, 0, context.canvas.width, context.canvas.height);
  const { data } = image;
  for (let at = 0; at < data.length; at += 4) {
    data[at] = table[data[at]!]!;
    data[at + 1] = table[data[at + 1]!]!;
    data[at + 2] = table[data[at + 2]!]!;
  }
  context.putImageData(image, 0, 0);
}
