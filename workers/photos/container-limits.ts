/** @file What a ZIP or a video may be, and the sentences for those that are not. */
import { AppError } from '#models/errors/app-error.ts';

/** Files in one ZIP, pictures or not. */
export const mostEntries = 10_000;
/** Pictures taken from one dropped file, with those in ZIPs within it. */
export const mostPictures = 2_000;
/** Of everything that is unpacked from one dropped file, kept or not. */
export const mostUnpackedBytes = 2e9;
/** A ZIP in a ZIP is opened, one in that is not. */
export const mostNesting = 2;
/** For everything in one dropped file together: a ZIP of an album has many videos, and what was found before is worth more than the last of them. */
export const expandLimitMs = 120_000;

export const mostVideoBytes = 1e9;
/** 4K has 8.3 million; more is given up before it is decoded. */
export const mostVideoPixels = 17e6;
/** Only the beginning of a longer video is looked at. */
export const mostVideoSeconds = 120;
export const mostSamples = 48;
export const samplingLimitMs = 40_000;
/** The decoders are asked to stop by themselves at their limit, and are ended so much later. */
export const graceMs = 20_000;
/** Best frames that are offered. */
export const mostFrames = 12;

/** @param reason goes on after "because": lower case, no full stop */
export function archiveUnreadable(reason: string, cause?: unknown): AppError {
  return new AppError('archive-unreadable', {
    message: `The ZIP file could not be opened, because ${reason}.`,
    help: 'Unpack it with another program and add the photos themselves.',
    ...(cause === undefined ? {} : { cause }),
  });
}

export function archiveTooLarge(reason: string): AppError {
  return new AppError('archive-too-large', {
    message: `Unpacking was stopped: ${reason}.`,
    help: 'Unpack it with another program and add the photos you want.',
  });
}

export function videoUnreadable(reason: string, cause?: unknown): AppError {
  return new AppError('video-unreadable', {
    message: `The video could not be read: ${reason}.`,
    help: 'Save it as MP4 (H.264) or add photos instead.',
    ...(cause === undefined ? {} : { cause }),
  });
}

export function videoTooLong(reason: string): AppError {
  return new AppError('video-too-long', {
    message: `Only a part of the video was looked at: ${reason}.`,
    help: 'Cut out the seconds in which the face is seen best.',
  });
}
