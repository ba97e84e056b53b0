/** @file Decodes the photo files that people have, as the app does: the same limits, the same sentences, the same size. Runs in a process of its own. */
import { readFile, stat } from 'node:fs/promises';
import sharp from 'sharp';
import { AppError, isAppError } from '#models/errors/app-error.ts';
import type { RgbPicture } from '#models/pipelines/pixels.ts';
import { displayP3ToSrgb } from '../../photos/display-p3.ts';
import { heifFacts } from '../../photos/heif-boxes.ts';
import { checkPhotoBytes, checkPhotoFrame, checkPhotoPixels, maxPhotoPixels, maxShortSidePx, scaledSize } from '../../photos/photo-limits.ts';
import { pictureFrame } from '../../photos/picture-frame.ts';
import { kindNames, type PictureKind } from '../../photos/picture-kind.ts';
import { decodeHeic } from './read-heic.ts';

/** What libvips reads here. SVG it could read too, but a drawing may name other files. */
const sharpKinds: ReadonlySet<PictureKind> = new Set(['jpeg', 'png', 'gif', 'webp', 'avif', 'tiff']);

/**
 * Decodes a JPEG, PNG, WebP, AVIF, HEIC, GIF or TIFF file: upright by its EXIF orientation, sRGB, transparency on white, the first frame of several,
 * at most 1024 px on the short side.
 *
 * @throws {AppError} `photo-unreadable` or `photo-too-large`, whatever the bytes are
 */
export async function readPhoto(file: string): Promise<RgbPicture> {
  try {
    checkPhotoBytes((await stat(file)).size);
    const bytes = new Uint8Array(await readFile(file));
    const frame = pictureFrame(bytes);
    checkPhotoFrame(frame);
    if (frame.kind === 'heic') return await reduced(await decodeHeic(bytes));
    if (frame.kind === 'avif') return await reduced(bytes, heifFacts(bytes).colour === 'display-p3');
    if (sharpKinds.has(frame.kind)) return await reduced(bytes);
    throw unreadable(`${frame.kind === 'unknown' ? 'Unknown' : kindNames[frame.kind]} files cannot be read here.`);
  } catch (error) {
    throw isAppError(error) ? error : unreadable('The picture is damaged: its pixels cannot be read.', error);
  }
}

/** @param isDisplayP3 of an AVIF, whose colours may be named by numbers: libvips obeys profiles only */
async function reduced(source: Uint8Array | RgbPicture, isDisplayP3 = false): Promise<RgbPicture> {
  const input = { failOn: 'error', limitInputPixels: maxPhotoPixels, pages: 1 } as const;
  const image =
    source instanceof Uint8Array ? sharp(source, input) : sharp(source.rgb, { raw: { width: source.widthPx, height: source.heightPx, channels: 3 } });
  const { width, height, autoOrient, icc } = await image.metadata();
  checkPhotoPixels({ widthPx: width, heightPx: height });
  const size = scaledSize(autoOrient.width, autoOrient.height, maxShortSidePx);
  const { data, info } = await image
    .rotate()
    .resize({ width: size.widthPx, height: size.heightPx, fit: 'fill' })
    .flatten({ background: '#ffffff' })
    .toColourspace('srgb')
    .raw({ depth: 'uchar' })
    .toBuffer({ resolveWithObject: true });
  if (info.channels !== 3) throw unreadable(`The picture decodes to ${info.channels} channels.`);
  const rgb = new Uint8Array(data);
  if (isDisplayP3 && icc === undefined) displayP3ToSrgb(rgb, 3);
  return { widthPx: info.width, heightPx: info.height, rgb };
}

function unreadable(message: string, cause?: unknown): AppError {
  return new AppError('photo-unreadable', { message, help: 'Save the photo as JPEG or PNG and try that.', ...(cause === undefined ? {} : { cause }) });
}
