/** @file Videos that Chromium encodes from the sample person's photos, taken apart again: the best frames are offered, and none that is blurred or twice the same. */
import {
  BufferTarget,
  CanvasSource,
  MovOutputFormat,
  Mp4OutputFormat,
  Output,
  QUALITY_HIGH,
  type VideoCodec,
  canEncodeVideo,
  WebMOutputFormat,
} from 'mediabunny';
import { afterAll, describe, expect, test } from 'vitest';
import { PhotoClient } from '../client/photo-client.ts';
import { jpegSegments } from './bare-jpeg.ts';
import { difference } from '../../src/tests/photo-files.ts';

const photos = new PhotoClient();
afterAll(() => photos.dispose());

const shownIds = ['01', '02', '03', '04'];
const shown = await Promise.all(shownIds.map(async (id) => createImageBitmap(await (await fetch(`/static/samples/ada/${id}.jpg`)).blob())));
const secondsEach = 2;
const framesPerSecond = 10;

/** Each photo for two seconds; the first half of that out of focus. One more frame at `lastSeconds`. */
async function encode(
  format: Mp4OutputFormat | MovOutputFormat | WebMOutputFormat,
  codec: VideoCodec,
  rotation: 0 | 90 = 0,
  lastSeconds: number | null = null,
): Promise<Blob> {
  const canvas = new OffscreenCanvas(384, 384);
  const context = canvas.getContext('2d')!;
  const target = new BufferTarget();
  const output = new Output({ format, target });
  const source = new CanvasSource(canvas, { codec, bitrate: QUALITY_HIGH });
  output.addVideoTrack(source, { rotation });
  await output.start();
  for (const [index, bitmap] of shown.entries()) {
    for (let frame = 0; frame < secondsEach * framesPerSecond; frame++) {
      context.filter = frame < framesPerSecond ? 'blur(6px)' : 'none';
      // Turned the other way: the file says how to turn it back.
      context.setTransform(rotation === 90 ? new DOMMatrix([0, -1, 1, 0, 0, 384]) : new DOMMatrix());
      context.drawImage(bitmap, 0, 0, 384, 384);
      await source.add(index * secondsEach + frame / framesPerSecond, 1 / framesPerSecond);
    }
  }
  if (lastSeconds !== null) await source.add(lastSeconds, 0.1);
  await output.finalize();
  return new Blob([target.buffer!]);
}

const h264 = await canEncodeVideo('avc');
describe.each([
  ['MP4 (VP9)', () => encode(new Mp4OutputFormat(), 'vp9')],
  ['WebM (VP8), made to be turned', () => encode(new WebMOutputFormat(), 'vp8')],
  ['MOV, turned by its own matrix', () => encode(new MovOutputFormat(), h264 ? 'avc' : 'vp9', 90)],
] as const)('%s', (_, make) => {
  test('gives a sharp frame of each moment, upright and without metadata', async () => {
    const result = await photos.expand(await make(), 'holiday.mov');
    if (!result.ok) throw new Error(result.error.message);
    expect(result).toMatchObject({ kind: 'video', skippedCount: 0, stopped: null });
    expect(result.files.length).toBeGreaterThanOrEqual(3);
    expect(result.files.length).toBeLessThanOrEqual(12);
    const moments = result.files.map(({ fileName }) => Number(/-0m(\d\d\.\d)s\.jpg$/.exec(fileName)?.[1]));
    // The second half of each photo's two seconds is sharp.
    for (const moment of moments) expect(moment % secondsEach).toBeGreaterThanOrEqual(0.9);
    const nearest = await Promise.all(
      result.files.map(async ({ file }) => {
        const differences = await Promise.all(shownIds.map(async (id) => difference(file, await (await fetch(`/static/samples/ada/${id}.jpg`)).blob())));
        return { id: differences.indexOf(Math.min(...differences)), least: Math.min(...differences) };
      }),
    );
    for (const { least } of nearest) expect(least).toBeLessThan(8);
    expect(new Set(nearest.map(({ id }) => id)).size).toBeGreaterThanOrEqual(3);
    for (const { file } of result.files)
      for (const { marker } of jpegSegments(new Uint8Array(await file.arrayBuffer()))) expect(marker > 0xe0 && marker <= 0xef).toBe(false);
    const first = await photos.prepare(result.files[0]!.file, result.files[0]!.fileName);
    expect(first).toMatchObject({ ok: true, photo: { faceCount: 1 } });
  });
});

describe('a video that cannot be used', () => {
  test('without a face, cut off, with sound only or of no known kind says so', async () => {
    const canvas = new OffscreenCanvas(64, 64);
    canvas.getContext('2d')!.fillRect(0, 0, 64, 64);
    const target = new BufferTarget();
    const output = new Output({ format: new WebMOutputFormat(), target });
    const source = new CanvasSource(canvas, { codec: 'vp8', bitrate: 1e5 });
    output.addVideoTrack(source);
    await output.start();
    for (let frame = 0; frame < 5; frame++) await source.add(frame / 5, 0.2);
    await output.finalize();
    const black = new Blob([target.buffer!]);
    expect(await photos.expand(black, 'black.webm')).toMatchObject({ ok: false, error: { code: 'face-missing' } });
    expect(await photos.expand(black.slice(0, 200), 'cut.webm')).toMatchObject({ ok: false, error: { code: 'video-unreadable' } });
    const noise = new Blob([Uint8Array.of(0, 0, 0, 24), 'ftypisom', crypto.getRandomValues(new Uint8Array(5_000))]);
    expect(await photos.expand(noise, 'noise.mp4')).toMatchObject({ ok: false, error: { code: 'video-unreadable' } });
  });

  test('that ends in the middle, is damaged inside or says it lasts for months gives what there is, or a reason, in time', async () => {
    const mp4 = await encode(new Mp4OutputFormat({ fastStart: 'in-memory' }), 'vp9');
    const damaged = new Uint8Array(await mp4.arrayBuffer());
    damaged.fill(0x5a, damaged.length >> 1, (damaged.length >> 1) + 4_000);
    for (const file of [mp4.slice(0, mp4.size * 0.6), mp4.slice(0, 3_000), new Blob([damaged])]) {
      const result = await photos.expand(file, 'torn.mp4');
      if (result.ok) expect(result.files.length).toBeGreaterThan(0);
      else expect(result.error.code).toBe('video-unreadable');
    }
    const start = performance.now();
    const endless = await photos.expand(await encode(new WebMOutputFormat(), 'vp8', 0, 10_000_000), 'endless.webm');
    expect(endless).toMatchObject({ ok: true, kind: 'video', stopped: { code: 'video-too-long' } });
    expect(endless.ok && endless.files.length).toBeGreaterThan(0);
    expect(performance.now() - start).toBeLessThan(60_000);
  });

  test('inside a ZIP is told of, and the photos beside it are taken', async () => {
    const { downloadZip } = await import('client-zip');
    const photo = await (await fetch('/static/samples/ada/01.jpg')).blob();
    const zip = await downloadZip([
      { name: 'cut.mp4', input: new Blob([Uint8Array.of(0, 0, 0, 24), 'ftypisom', new Uint8Array(100)]) },
      {
        name: 'inner.zip',
        input: await downloadZip([{ name: 'a.jpg', input: photo }]).blob(),
      },
      { name: 'c.jpg', input: photo },
      { name: 'readme.txt', input: 'hello' },
    ]).blob();
    const result = await photos.expand(zip, 'all.zip');
    expect(result).toMatchObject({ ok: true, kind: 'zip', skippedCount: 1, stopped: { code: 'video-unreadable' } });
    expect(result.ok && result.files.map(({ fileName }) => fileName)).toEqual(['c.jpg', 'a.jpg']); // What lies deeper comes later.
  });
});
