/** @file From a file that someone dropped to a bitmap: sniffed, checked, upright. */
import { isAppError } from '#models/errors/app-error.ts';
import { decodeHeic } from './heic-decoder.ts';
import { checkPhotoBytes, checkPhotoFrame, checkPhotoPixels, undecodable } from './photo-limits.ts';
import { pictureFrame } from './picture-frame.ts';
import type { PictureKind } from './picture-kind.ts';

/**
 * Decodes a photo and turns it upright as its EXIF orientation says. The caller closes the bitmap, and ends the thread if no answer comes.
 *
 * @throws {AppError} `photo-unreadable` or `photo-too-large`, with a sentence that says which of many reasons it was; `reader-missing` for HEIC without a network on the first day
 */
export async function decodePhoto(file: Blob): Promise<ImageBitmap> {
  checkPhotoBytes(file.size);
  const bytes = await file.arrayBuffer().catch((cause: unknown) => {
    throw undecodable('unknown', cause); // The file was moved or deleted since it was chosen.
  });
  const frame = pictureFrame(new Uint8Array(bytes));
  checkPhotoFrame(frame);
  const bitmap = await decode(new Uint8Array(bytes), frame.kind).catch((cause: unknown) => {
    throw isAppError(cause) ? cause : undecodable(frame.kind, cause);
  });
  try {
    checkPhotoPixels({ widthPx: bitmap.width, heightPx: bitmap.height });
    return bitmap;
  } catch (error) {
    bitmap.close();
    throw error;
  }
}

/** The browser's own decoder, which knows the system's formats and colours; for HEIC, where it has none, libheif. */
async function decode(bytes: Uint8Array<ArrayBuffer>, kind: PictureKind): Promise<ImageBitmap> {
  const native = createImageBitmap(new Blob([bytes]), { imageOrientation: 'from-image', colorSpaceConversion: 'default' });
  if (kind !== 'heic') return native;
  return native.catch(() => decodeHeic(bytes));
}
