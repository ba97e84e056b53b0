/** @file Looks through a video: frames at even distances, each with how sharp it is and what it looks like from afar. */
import { BlobSource, CanvasSink, Input, type InputVideoTrack, MATROSKA, MP4, QTFF, WEBM } from 'mediabunny';
import { encodeError, type EncodedError } from '#models/errors/error-codec.ts';
import { readCanvas } from '../host/browser-pictures.ts';
import { mostSamples, mostVideoBytes, mostVideoPixels, mostVideoSeconds, samplingLimitMs, videoTooLong, videoUnreadable } from './container-limits.ts';
import { encodeJpeg } from './draw-photo.ts';
import { frameLook, type FrameLook } from './frame-look.ts';
import { maxShortSidePx, scaledSize } from './photo-limits.ts';

/** One frame of a video, upright. */
export interface VideoSample extends FrameLook {
  /** JPEG, short side at most 1024 px. */
  readonly picture: Blob;
  readonly seconds: number;
}

export interface VideoSamples {
  readonly samples: readonly VideoSample[];
  /** Why a part was not looked at; null if all of it was. */
  readonly stopped: EncodedError | null;
}

/** Two in a second are enough to meet every turn of a head; more would be copies. */
const samplesPerSecond = 2;

/**
 * Decodes frames from the beginning to the end of the first two minutes. Sound is not read. Each frame is encoded at once: 48 of them are 10 MB, not 350.
 *
 * @throws {AppError} `video-unreadable`, or `cancelled` by the end of this thread
 */
export async function sampleVideo(file: Blob, limitMs = samplingLimitMs): Promise<VideoSamples> {
  if (file.size > mostVideoBytes) throw videoUnreadable(`it has ${Math.ceil(file.size / 1e6)} MB, and ${mostVideoBytes / 1e6} are the most`);
  if (!('VideoDecoder' in globalThis)) throw videoUnreadable('this browser gives programs no access to its video decoder');
  const deadline = performance.now() + limitMs;
  const input = new Input({ source: new BlobSource(file, { maxCacheSize: 16e6 }), formats: [MP4, QTFF, WEBM, MATROSKA] });
  try {
    const { track, seconds } = await openTrack(input);
    const [widthPx, heightPx] = [await track.getDisplayWidth(), await track.getDisplayHeight()];
    if (widthPx * heightPx > mostVideoPixels) throw videoUnreadable(`its pictures have ${widthPx} x ${heightPx} pixels`);
    const size = scaledSize(widthPx, heightPx, maxShortSidePx);
    const sink = new CanvasSink(track, { width: size.widthPx, height: size.heightPx, fit: 'fill', poolSize: 1 });
    const first = await track.getFirstTimestamp();
    const samples: VideoSample[] = [];
    let stopped = seconds > mostVideoSeconds ? encodeError(videoTooLong(`it is longer than ${mostVideoSeconds / 60} minutes`)) : null;
    for await (const wrapped of sink.canvasesAtTimestamps(sampleTimes(first, Math.min(seconds, mostVideoSeconds)))) {
      if (wrapped === null) continue;
      samples.push(await describe(wrapped.canvas as OffscreenCanvas, wrapped.timestamp));
      if (performance.now() < deadline) continue;
      stopped = encodeError(videoTooLong(`decoding took longer than ${Math.round(limitMs / 1000)} seconds`));
      break;
    }
    return { samples, stopped };
  } catch (cause) {
    throw cause instanceof Error && cause.name === 'AppError' ? cause : videoUnreadable('it is damaged or of a sort that is not known here', cause);
  } finally {
    input.dispose();
  }
}

async function openTrack(input: Input): Promise<{ readonly track: InputVideoTrack; readonly seconds: number }> {
  if (!(await input.canRead())) throw videoUnreadable('it is neither MP4, MOV nor WebM');
  const track = await input.getPrimaryVideoTrack();
  if (track === null) throw videoUnreadable('there are no pictures in it');
  if (!(await track.canDecode())) throw videoUnreadable(`this browser cannot decode its pictures (${(await track.getCodec()) ?? 'unknown coding'})`);
  return { track, seconds: Math.max(0, (await input.computeDuration([track])) - (await track.getFirstTimestamp())) };
}

/** The middles of equal parts of the time: the very first frame is often black, the last often missing. */
export function sampleTimes(firstSeconds: number, seconds: number): number[] {
  const count = Math.max(1, Math.min(mostSamples, Math.ceil(seconds * samplesPerSecond)));
  return Array.from({ length: count }, (_, index) => firstSeconds + (seconds * (index + 0.5)) / count);
}

async function describe(canvas: OffscreenCanvas, seconds: number): Promise<VideoSample> {
  return { picture: await encodeJpeg(canvas, 0.95), seconds, ...frameLook(readCanvas(canvas)) };
}
