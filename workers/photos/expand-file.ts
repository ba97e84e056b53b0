/** @file Takes what was dropped apart until only picture files are left: ZIPs, ZIPs within them, and videos. */
import { AppError } from '#models/errors/app-error.ts';
import { encodeError, type EncodedError } from '#models/errors/error-codec.ts';
import type { ExpandedFile, ExpandResult } from '../contract/photos.ts';
import { chooseFrames, type FrameCandidate } from './choose-frames.ts';
import { containerKind } from './container-kind.ts';
import {
  archiveTooLarge,
  expandLimitMs,
  graceMs,
  mostFrames,
  mostNesting,
  mostPictures,
  mostUnpackedBytes,
  samplingLimitMs,
  videoUnreadable,
} from './container-limits.ts';
import type { Decoders } from './decoders.ts';
import type { UnpackedFile } from './unpack-zip.ts';
import type { VideoSample } from './video-frames.ts';

/** The pose of the one face on a frame: null for none or several, undefined where nobody can look. */
export type PoseOfFrame = (picture: Blob) => Promise<FrameCandidate['pose']>;

/** Something to ask: the thread that can be ended. */
export type AskDecoders = Pick<Decoders, 'ask'>;

/** What has been found so far in one dropped file. */
interface Found {
  readonly files: ExpandedFile[];
  unpackedBytes: number;
  skippedCount: number;
  stopped: EncodedError | null;
}

/**
 * Within `limitMs` for all of it: at the end of the time what was found until then is given, and why it is not all. Pictures come before videos, which take longest.
 *
 * @throws {AppError} `archive-unreadable`, `video-unreadable` and the like, if nothing could be found at all
 */
export async function expandFile(file: Blob, fileName: string, decoders: AskDecoders, poseOf: PoseOfFrame, limitMs = expandLimitMs): Promise<ExpandResult> {
  const start = await file
    .slice(0, 64)
    .arrayBuffer()
    .catch(() => new ArrayBuffer(0)); // Moved or deleted since it was chosen: `prepare` says so.
  const kind = containerKind(new Uint8Array(start));
  if (kind === null) return { ok: true, kind: 'single', files: [{ file, fileName }], skippedCount: 0, stopped: null };
  const deadline = performance.now() + limitMs;
  const found: Found = { files: [], unpackedBytes: 0, skippedCount: 0, stopped: null };
  if (kind === 'video') await takeVideo(file, fileName);
  else {
    const videos: UnpackedFile[] = [];
    await takeZip(file, 1, videos);
    for (const video of videos) await orSay(() => takeVideo(video.file, video.fileName));
  }
  return { ok: true, kind, files: found.files, skippedCount: found.skippedCount, stopped: found.stopped };

  async function takeZip(zip: Blob, depth: number, videos: UnpackedFile[]): Promise<void> {
    const leftMs = timeLeft();
    const budget = { pictures: mostPictures - found.files.length, unpackedBytes: mostUnpackedBytes - found.unpackedBytes };
    const unpacked = await decoders.ask((api) => api.unpackZip(zip, budget, leftMs), leftMs + graceMs, outOfTime);
    found.unpackedBytes += unpacked.unpackedBytes;
    found.skippedCount += unpacked.skippedCount;
    found.stopped ??= unpacked.stopped;
    const inner: UnpackedFile[] = [];
    for (const entry of unpacked.files) {
      if (entry.kind === 'picture') found.files.push({ file: entry.file, fileName: entry.fileName });
      else (entry.kind === 'video' ? videos : inner).push(entry);
    }
    for (const entry of inner)
      await orSay(() => {
        if (depth >= mostNesting) throw archiveTooLarge(`ZIP files lie more than ${mostNesting} deep in each other`);
        return takeZip(entry.file, depth + 1, videos);
      });
  }

  async function takeVideo(video: Blob, videoName: string): Promise<void> {
    const leftMs = Math.min(samplingLimitMs, timeLeft());
    const { samples, stopped } = await decoders.ask(
      (api) => api.sampleVideo(video, leftMs),
      leftMs + graceMs,
      () => videoUnreadable(`its decoder gave no answer for ${Math.round((leftMs + graceMs) / 1000)} seconds`),
    );
    found.stopped ??= stopped;
    const candidates: FrameCandidate[] = [];
    // The looking has its time too: what is left after that is chosen by sharpness and difference alone.
    for (const sample of samples) candidates.push({ ...sample, pose: performance.now() < deadline + graceMs ? await poseOf(sample.picture) : undefined });
    const chosen = chooseFrames(candidates, mostFrames).map((index) => samples[index]!);
    if (chosen.length === 0) throw noFrame(samples);
    found.files.push(...chosen.map((sample) => ({ file: sample.picture, fileName: frameName(videoName, sample.seconds) })));
  }

  /** Inside a ZIP a file that cannot be opened does not end the search. */
  async function orSay(take: () => Promise<void>): Promise<void> {
    try {
      await take();
    } catch (error) {
      found.stopped ??= encodeError(error);
    }
  }

  function timeLeft(): number {
    const leftMs = deadline - performance.now();
    if (leftMs <= 0) throw outOfTime();
    return leftMs;
  }

  function outOfTime(): AppError {
    return archiveTooLarge(`it took longer than ${Math.round(limitMs / 1000)} seconds`);
  }
}

function noFrame(samples: readonly VideoSample[]): AppError {
  if (samples.length === 0) return videoUnreadable('no picture of it could be decoded');
  return new AppError('face-missing', {
    message: 'No moment of the video shows exactly one face.',
    help: 'Choose a video in which you are alone and close enough.',
  });
}

/** `holiday.mp4` at 3.25 s: `holiday-0m03.3s.jpg`. */
function frameName(videoName: string, seconds: number): string {
  const base = videoName.replace(/\.[^.]*$/, '');
  return `${base}-${Math.floor(seconds / 60)}m${(seconds % 60).toFixed(1).padStart(4, '0')}s.jpg`;
}
