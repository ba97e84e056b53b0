/** @file Picture files in Node: listing a folder, decoding upright RGB, writing PNG. The only importer of sharp. */
import { readdir, stat } from 'node:fs/promises';
import { extname, join } from 'node:path';
import sharp from 'sharp';
import { AppError, isAppError } from '#models/errors/app-error.ts';
import { madeWithAiPacket } from '#models/formats/made-with-ai.ts';
import type { RgbPicture } from '#models/pipelines/pixels.ts';

const readableExtensions: ReadonlySet<string> = new Set(['.jpg', '.jpeg', '.png', '.webp', '.avif']);
const readableFormats = new Set(['jpeg', 'png', 'webp', 'heif']); // sharp calls AVIF heif with AV1 inside

export interface ImageLimits {
  readonly maxBytes: number;
  readonly maxPixels: number;
  /** Larger pictures are shrunk while decoding, so that a phone's 50 megapixels never lie in memory. */
  readonly maxSidePx: number;
}

export const defaultImageLimits: ImageLimits = { maxBytes: 64 * 2 ** 20, maxPixels: 120e6, maxSidePx: 2048 };

/**
 * Pictures in a folder, by name; hidden files and other types are left out.
 *
 * @param extensions small letters, with their dots
 * @returns full paths in the order of their names, `2.jpg` before `10.jpg`
 * @throws {AppError} `usage` if the folder cannot be read
 */
export async function listImageFiles(folder: string, extensions: ReadonlySet<string> = readableExtensions): Promise<string[]> {
  let names: string[];
  try {
    names = await readdir(folder);
  } catch (cause) {
    throw new AppError('usage', { message: `cannot read the folder ${folder}`, help: 'Check that it exists and that you may read it.', cause });
  }
  const readable = names.filter((name) => !name.startsWith('.') && extensions.has(extname(name).toLowerCase()));
  return readable.sort((a, b) => a.localeCompare(b, 'en', { numeric: true })).map((name) => join(folder, name));
}

/**
 * Decodes a JPEG, PNG, WebP or AVIF file: upright by its EXIF orientation, sRGB, transparency on white, the first frame of several.
 *
 * @throws {AppError} `photo-unreadable` if it is damaged, empty or of another type; `photo-too-large` beyond the limits
 */
export async function readImage(file: string, limits: ImageLimits = defaultImageLimits): Promise<RgbPicture> {
  try {
    const { size } = await stat(file);
    if (size > limits.maxBytes) throw tooLarge(file, `${size} bytes, at most ${limits.maxBytes} are read`);
    const image = sharp(file, { failOn: 'error', limitInputPixels: false, pages: 1 });
    const { format, width, height } = await image.metadata();
    if (!readableFormats.has(format)) throw unreadable(file, `it holds ${format}`);
    if (width * height > limits.maxPixels) throw tooLarge(file, `${width} x ${height} pixels, at most ${limits.maxPixels} are read`);
    const { data, info } = await image
      .rotate()
      .resize({ width: limits.maxSidePx, height: limits.maxSidePx, fit: 'inside', withoutEnlargement: true })
      .flatten({ background: '#ffffff' })
      .toColourspace('srgb')
      .raw({ depth: 'uchar' })
      .toBuffer({ resolveWithObject: true });
    if (info.channels !== 3) throw unreadable(file, `it decodes to ${info.channels} channels`);
    return { widthPx: info.width, heightPx: info.height, rgb: new Uint8Array(data) };
  } catch (error) {
    throw isAppError(error) ? error : unreadable(file, error instanceof Error ? error.message.split('\n')[0]! : String(error), error);
  }
}

/**
 * Decodes a picture and cuts it to a size, its middle kept: as large as fits, never stretched.
 *
 * @throws {AppError} as `readImage`
 */
export async function readImageCut(file: string, widthPx: number, heightPx: number): Promise<RgbPicture> {
  const { rgb, ...size } = await readImage(file);
  const cut = sharp(rgb, { raw: { width: size.widthPx, height: size.heightPx, channels: 3 } }).resize({ width: widthPx, height: heightPx, fit: 'cover' });
  return { widthPx, heightPx, rgb: new Uint8Array(await cut.raw({ depth: 'uchar' }).toBuffer()) };
}

/** A decoded picture and the file it came from. */
export interface PictureFile {
  readonly file: string;
  readonly picture: RgbPicture;
}

/** What a folder held: the pictures, and for each bad file the reason it was left out. */
export interface PictureFolder {
  readonly pictures: readonly PictureFile[];
  readonly refused: readonly { readonly file: string; readonly error: AppError }[];
}

/**
 * Decodes every picture of a folder, or of a list of files; one bad file does not spoil the rest.
 *
 * @throws {AppError} `usage` if the folder cannot be read
 */
export async function readPictureFolder(source: string | readonly string[], limits: ImageLimits = defaultImageLimits): Promise<PictureFolder> {
  const pictures: PictureFile[] = [];
  const refused: { file: string; error: AppError }[] = [];
  for (const file of typeof source === 'string' ? await listImageFiles(source) : source) {
    try {
      pictures.push({ file, picture: await readImage(file, limits) });
    } catch (error) {
      if (!isAppError(error)) throw error;
      refused.push({ file, error });
    }
  }
  return { pictures, refused };
}

/** Writes a picture as PNG. */
export async function writePng(file: string, { widthPx, heightPx, rgb }: RgbPicture): Promise<void> {
  await sharp(rgb, { raw: { width: widthPx, height: heightPx, channels: 3 } })
    .png({ compressionLevel: 9 })
    .toFile(file);
}

/** The bytes of a PNG, for callers that add metadata before writing. */
export async function encodePng({ widthPx, heightPx, rgb }: RgbPicture): Promise<Uint8Array> {
  return new Uint8Array(
    await sharp(rgb, { raw: { width: widthPx, height: heightPx, channels: 3 } })
      .png({ compressionLevel: 9 })
      .toBuffer(),
  );
}

function unreadable(file: string, reason: string, cause?: unknown): AppError {
  const help = 'Use a JPEG, PNG, WebP or AVIF photo. If it opens elsewhere, save it again as JPEG.';
  return new AppError('photo-unreadable', { message: `${file} cannot be read as a picture: ${reason}`, help, ...(cause === undefined ? {} : { cause }) });
}

function tooLarge(file: string, reason: string): AppError {
  return new AppError('photo-too-large', { message: `${file} has ${reason}`, help: 'Save a smaller copy of the photo and use that.' });
}

/** Writes a small picture for the site's own pages, marked as made with AI like every other. */
export async function writeWebp(file: string, { widthPx, heightPx, rgb }: RgbPicture): Promise<void> {
  await sharp(rgb, { raw: { width: widthPx, height: heightPx, channels: 3 } })
    .webp({ quality: 88 })
    .withXmp(madeWithAiPacket())
    .toFile(file);
}
