/** @file From a file that someone dropped to a bitmap: sniffed, checked, upright, under a time limit. */
import { checkPhotoBytes, checkPhotoFrame, checkPhotoPixels, tooSlow, undecodable } from './photo-limits.ts';
import { pictureFrame } from './picture-frame.ts';

const defaultLimitMs = 10_000;

/**
 * Decodes a photo and turns it upright as its EXIF orientation says. The caller closes the bitmap.
 *
 * @throws {AppError} `photo-unreadable` or `photo-too-large`, with a sentence that says which of many reasons it was
 */
export async function decodePhoto(file: Blob, limitMs = defaultLimitMs): Promise<ImageBitmap> {
  checkPhotoBytes(file.size);
  const bytes = await file.arrayBuffer().catch((cause: unknown) => {
    throw undecodable('unknown', cause); // The file was moved or deleted since it was chosen.
  });
  const frame = pictureFrame(new Uint8Array(bytes));
  checkPhotoFrame(frame);
  const decoding = createImageBitmap(new Blob([bytes]), { imageOrientation: 'from-image', colorSpaceConversion: 'default' }).catch((cause: unknown) => {
    throw undecodable(frame.kind, cause);
  });
  const bitmap = await withinLimit(decoding, limitMs);
  try {
    checkPhotoPixels({ widthPx: bitmap.width, heightPx: bitmap.height });
    return bitmap;
  } catch (error) {
    bitmap.close();
    throw error;
  }
}

/** A bitmap that arrives after the limit is closed at once. */
async function withinLimit(decoding: Promise<ImageBitmap>, limitMs: number): Promise<ImageBitmap> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const limit = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => {
      reject(tooSlow(limitMs));
      decoding.then(
        (late) => late.close(),
        () => undefined,
      );
    }, limitMs);
  });
  try {
    return await Promise.race([decoding, limit]);
  } finally {
    clearTimeout(timer);
  }
}
