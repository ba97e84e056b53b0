/** @file For browser tests: files from the test data beside the repository, drawn pictures, and what of them came through. */
import { commands } from 'vitest/browser';

/** A file of `../shared/data`. */
export async function sharedFile(path: string): Promise<Blob> {
  return new Blob([Uint8Array.from(atob(await commands.readShared(path)), (letter) => letter.charCodeAt(0))]);
}

/** A picture with whatever was painted on it. */
export async function drawn(
  widthPx: number,
  heightPx: number,
  type: string,
  paint: (context: OffscreenCanvasRenderingContext2D) => void = () => undefined,
): Promise<Blob> {
  const canvas = new OffscreenCanvas(widthPx, heightPx);
  paint(canvas.getContext('2d')!);
  return canvas.convertToBlob({ type });
}

/** The pixels of a picture at a size. */
export async function pixelsOf(picture: Blob, widthPx: number, heightPx: number): Promise<Uint8ClampedArray> {
  const bitmap = await createImageBitmap(picture);
  const context = new OffscreenCanvas(widthPx, heightPx).getContext('2d')!;
  context.imageSmoothingQuality = 'high';
  context.drawImage(bitmap, 0, 0, widthPx, heightPx);
  bitmap.close();
  return context.getImageData(0, 0, widthPx, heightPx).data;
}

/** Mean absolute difference of two pictures, 0 to 255, looked at from afar. */
export async function difference(a: Blob, b: Blob): Promise<number> {
  const [pixelsA, pixelsB] = [await pixelsOf(a, 32, 32), await pixelsOf(b, 32, 32)];
  return pixelsA.reduce((sum, value, index) => sum + Math.abs(value - pixelsB[index]!), 0) / pixelsA.length;
}

/** A JPEG with a segment put before all others. */
export function withSegment(jpeg: Blob, marker: number, content: Uint8Array): Blob {
  const length = content.length + 2;
  return new Blob([jpeg.slice(0, 2), Uint8Array.of(0xff, marker, length >> 8, length & 0xff), new Uint8Array(content), jpeg.slice(2)]);
}
