/** @file What a photo may be, and the sentences for those that are not: pure, so that they are tested in Node. */
import { AppError } from '#models/errors/app-error.ts';
import type { PictureFrame } from './picture-frame.ts';
import { kindNames, type PictureKind } from './picture-kind.ts';

export const maxPhotoBytes = 60e6;
/** 60 megapixels decode to 240 MB; the largest cameras in use have about 50. */
export const maxPhotoPixels = 60e6;
/** Pixels beyond this add nothing at the sizes that are trained on. */
export const maxShortSidePx = 1024;
/** A panorama must still fit a canvas. */
const maxLongSidePx = 8192;
export const thumbnailShortSidePx = 256;

/** @throws {AppError} `photo-too-large`, or `photo-unreadable` for an empty file */
export function checkPhotoBytes(sizeBytes: number): void {
  if (sizeBytes === 0) throw unreadable('The file is empty.', 'Choose another photo, or copy this one from its source again.');
  if (sizeBytes <= maxPhotoBytes) return;
  throw new AppError('photo-too-large', {
    message: `The file has ${Math.ceil(sizeBytes / 1e6)} MB; ${maxPhotoBytes / 1e6} MB are the most.`,
    help: 'Save the photo smaller, or as JPEG.',
  });
}

/** The widest panoramas have 8:1; a picture of 58122 x 9 pixels kept the nets busy for 20 s. */
const mostLongOverShort = 10;

/** @throws {AppError} `photo-too-large` if it has too many pixels to decode, `photo-unreadable` if it is a strip */
export function checkPhotoPixels({ widthPx, heightPx }: { readonly widthPx: number; readonly heightPx: number }): void {
  if (widthPx * heightPx > maxPhotoPixels)
    throw new AppError('photo-too-large', {
      message: `The picture has ${widthPx} x ${heightPx} pixels; ${maxPhotoPixels / 1e6} million are the most.`,
      help: 'Save the photo smaller. 1024 pixels on the short side are enough.',
    });
  if (Math.max(widthPx, heightPx) > mostLongOverShort * Math.min(widthPx, heightPx))
    throw unreadable(`The picture has ${widthPx} x ${heightPx} pixels: a strip, not a photo.`, 'Choose another photo.');
}

/** What a file must be before it is handed to the decoder. @throws {AppError} `photo-unreadable`, `photo-too-large` */
export function checkPhotoFrame({ kind, size, isComplete }: PictureFrame): void {
  if (kind === 'unknown') throw unreadable('The file is not a picture.', 'Choose a photo: JPEG, PNG, WebP, AVIF or HEIC.');
  if (!isComplete) throw unreadable(`The ${kindNames[kind]} picture ends in the middle: the file is damaged.`, 'Copy the photo from its source again.');
  if (size !== null) checkPhotoPixels(size);
}

/** The error for a picture that the decoder refused. */
export function undecodable(kind: PictureKind, cause: unknown): AppError {
  const everybodyReads: readonly PictureKind[] = ['jpeg', 'png', 'gif', 'webp', 'bmp'];
  if (kind === 'unknown' || everybodyReads.includes(kind))
    return unreadable('The picture is damaged: its pixels cannot be read.', 'Copy the photo from its source again.', cause);
  if (kind === 'heic' || kind === 'avif')
    return unreadable(`The ${kindNames[kind]} picture is damaged, or of a rare sort that cannot be read here.`, saveAsJpeg, cause);
  return unreadable(`This browser cannot read ${kindNames[kind]} files.`, saveAsJpeg, cause);
}

const saveAsJpeg = 'Save the photo as JPEG or PNG and choose it again. On an iPhone: Settings, Camera, Formats, Most Compatible.';

/** The error for a file whose reader is no part of the first script and could not be fetched: nothing is wrong with the file. */
export function readerMissing(what: string, cause: unknown): AppError {
  return new AppError('reader-missing', {
    message: `The reader of ${what} could not be loaded.`,
    help: 'Add the file again while the network is on.',
    retryable: true,
    cause,
  });
}

/** The error for a picture on which the decoder was given up. */
export function tooSlow(limitMs: number): AppError {
  return unreadable(`The picture could not be read within ${Math.round(limitMs / 1000)} seconds.`, 'Save the photo smaller, or as JPEG.');
}

/** How long a picture may take: 8 s, and 3 s for each MB. A HEIC of 12 megapixels has about 2 MB and took 6 s on one busy core. */
export function decodeLimitMs(sizeBytes: number): number {
  return Math.min(60_000, 8_000 + (sizeBytes / 1e6) * 3_000);
}

/** Scaled so that the short side is at most `shortSidePx`; whole pixels, at least 1, never enlarged. */
export function scaledSize(widthPx: number, heightPx: number, shortSidePx: number): { readonly widthPx: number; readonly heightPx: number } {
  const scale = Math.min(1, shortSidePx / Math.min(widthPx, heightPx), maxLongSidePx / Math.max(widthPx, heightPx));
  return { widthPx: Math.max(1, Math.round(widthPx * scale)), heightPx: Math.max(1, Math.round(heightPx * scale)) };
}

function unreadable(message: string, help: string, cause?: unknown): AppError {
  return new AppError('photo-unreadable', { message, help, ...(cause === undefined ? {} : { cause }) });
}
