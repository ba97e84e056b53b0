/** @file The photo worker in Chromium: real photos, all orientations, and files that are none. */
import { wrap } from 'comlink';
import { afterAll, describe, expect, test } from 'vitest';
import type { PhotoApi, PreparedPhoto } from '../contract/photos.ts';
import { Decoders } from './decoders.ts';
import { tooSlow } from './photo-limits.ts';
import type { PhotoLooker } from './photo-nets.ts';
import { PhotoService } from './photo-service.ts';

const worker = new Worker(new URL('./photo.worker.ts', import.meta.url), { type: 'module' });
const photos = wrap<PhotoApi>(worker);
afterAll(() => worker.terminate());

const fetchBlob = async (path: string): Promise<Blob> => (await fetch(path)).blob();
const prepared = async (file: Blob): Promise<PreparedPhoto> => {
  const result = await photos.prepare(file, 'photo.jpg');
  if (!result.ok) throw new Error(`${result.error.code}: ${result.error.message}`);
  return result.photo;
};
const refused = async (file: Blob): Promise<{ code: string; message: string; help: string | null }> => {
  const result = await photos.prepare(file, 'photo.jpg');
  if (result.ok) throw new Error('it was taken');
  return result.error;
};
async function drawn(
  widthPx: number,
  heightPx: number,
  type: string,
  paint: (context: OffscreenCanvasRenderingContext2D) => void = () => undefined,
): Promise<Blob> {
  const canvas = new OffscreenCanvas(widthPx, heightPx);
  const context = canvas.getContext('2d')!;
  paint(context);
  return canvas.convertToBlob({ type });
}
async function pixelAt(picture: Blob, x: number, y: number): Promise<number[]> {
  const bitmap = await createImageBitmap(picture);
  const canvas = new OffscreenCanvas(bitmap.width, bitmap.height);
  const context = canvas.getContext('2d')!;
  context.drawImage(bitmap, 0, 0);
  return [...context.getImageData(x, y, 1, 1).data.slice(0, 3)];
}
/** A JPEG with an EXIF block that holds the orientation and nothing else. */
async function withOrientation(jpeg: Blob, orientation: number): Promise<Blob> {
  const exif = Uint8Array.of(
    0xff,
    0xe1,
    0,
    34,
    0x45,
    0x78,
    0x69,
    0x66,
    0,
    0,
    0x4d,
    0x4d,
    0,
    42,
    0,
    0,
    0,
    8,
    0,
    1,
    0x01,
    0x12,
    0,
    3,
    0,
    0,
    0,
    1,
    0,
    orientation,
    0,
    0,
    0,
    0,
    0,
    0,
  );
  return new Blob([jpeg.slice(0, 2), exif, jpeg.slice(2)]);
}

describe('a photo', () => {
  test('of the sample person: one face, found where it is, and nothing left of the file but pixels', async () => {
    const photo = await prepared(await fetchBlob('/static/samples/ada/01.jpg'));
    expect(photo.faceCount).toBe(1);
    const [left, top, right, bottom] = photo.faceBox!;
    expect(right - left).toBeGreaterThan(0.1);
    expect(bottom - top).toBeGreaterThan(0.1);
    expect((left + right) / 2).toBeGreaterThan(0.2);
    expect((left + right) / 2).toBeLessThan(0.8);
    expect(photo.picture.type).toBe('image/jpeg');
    const text = await photo.picture.text();
    expect(text).not.toContain('Exif');
    const thumbnail = await createImageBitmap(photo.thumbnail);
    expect(Math.min(thumbnail.width, thumbnail.height)).toBe(Math.min(256, photo.widthPx));
  });

  test('twice is one digest, another one has another', async () => {
    const [first, again, other] = [
      await fetchBlob('/static/samples/ada/01.jpg'),
      await fetchBlob('/static/samples/ada/01.jpg'),
      await fetchBlob('/static/samples/ada/02.jpg'),
    ];
    const digest = (await prepared(first)).digest;
    expect(digest).toMatch(/^[0-9a-f]{64}$/);
    expect((await prepared(again)).digest).toBe(digest);
    expect((await prepared(other)).digest).not.toBe(digest);
  });

  test('is scaled to 1024 px on its short side and never enlarged', async () => {
    const large = await prepared(await drawn(3000, 2000, 'image/jpeg'));
    expect([large.widthPx, large.heightPx]).toEqual([1536, 1024]);
    const small = await prepared(await drawn(90, 120, 'image/webp'));
    expect([small.widthPx, small.heightPx]).toEqual([90, 120]);
    expect(small).toMatchObject({ faceBox: null, faceCount: 0 });
  });

  test('that is transparent gets a white ground', async () => {
    const { picture } = await prepared(await drawn(64, 64, 'image/png'));
    expect(await pixelAt(picture, 32, 32)).toEqual([255, 255, 255]);
  });

  // Where the top left corner of the stored pixels stands once the picture is upright. Source: EXIF 2.32, tag 0x0112.
  test.each([
    [1, 'top', 'left'],
    [2, 'top', 'right'],
    [3, 'bottom', 'right'],
    [4, 'bottom', 'left'],
    [5, 'top', 'left'],
    [6, 'top', 'right'],
    [7, 'bottom', 'right'],
    [8, 'bottom', 'left'],
  ] as const)('of orientation %i stands upright, its stored corner %s %s', async (orientation, vertical, horizontal) => {
    const marked = await drawn(120, 80, 'image/jpeg', (context) => {
      context.fillStyle = 'white';
      context.fillRect(0, 0, 120, 80);
      context.fillStyle = 'black';
      context.fillRect(0, 0, 40, 40);
    });
    const { picture, widthPx, heightPx } = await prepared(await withOrientation(marked, orientation));
    expect([widthPx, heightPx]).toEqual(orientation > 4 ? [80, 120] : [120, 80]);
    const [red] = await pixelAt(picture, horizontal === 'left' ? 8 : widthPx - 8, vertical === 'top' ? 8 : heightPx - 8);
    expect(red).toBeLessThan(60);
  });
});

describe('a file that is no photo', () => {
  test('gets a sentence of its own', async () => {
    const photo = await fetchBlob('/static/samples/ada/01.jpg');
    expect(await refused(new Blob(['%PDF-1.7 hello']))).toMatchObject({ code: 'photo-unreadable', message: 'The file is not a picture.' });
    expect(await refused(new Blob([]))).toMatchObject({ code: 'photo-unreadable', message: 'The file is empty.' });
    expect((await refused(photo.slice(0, photo.size / 2))).message).toBe('The JPEG picture ends in the middle: the file is damaged.');
    const heic = await refused(new Blob([Uint8Array.from('\0\0\0\x18ftypheic\0\0\0\0mif1heic....', (letter) => letter.charCodeAt(0))]));
    expect(heic).toMatchObject({ code: 'photo-unreadable', message: 'The HEIC picture is damaged, or of a rare sort that cannot be read here.' });
    expect(heic.help).toContain('JPEG');
  });

  test('is told to be damaged where only the decoder can see it', async () => {
    const png = new Uint8Array(await (await drawn(64, 64, 'image/png')).arrayBuffer());
    png.fill(0x55, 50, 90); // inside the compressed pixels
    expect(await refused(new Blob([png]))).toMatchObject({ code: 'photo-unreadable', message: 'The picture is damaged: its pixels cannot be read.' });
  });

  test('is refused when it is too large, in bytes or in pixels', async () => {
    expect(await refused(new Blob([new Uint8Array(60e6 + 1)]))).toMatchObject({ code: 'photo-too-large' });
    const bomb = new Uint8Array(await (await drawn(8, 8, 'image/png')).arrayBuffer());
    new DataView(bomb.buffer).setUint32(16, 50_000);
    new DataView(bomb.buffer).setUint32(20, 50_000);
    expect((await refused(new Blob([bomb]))).message).toContain('50000 x 50000');
  });
});

describe('a decoder', () => {
  const startHanging = (): Worker => new Worker(new URL('./hanging-decode.worker.ts', import.meta.url), { type: 'module' });
  const nobody: PhotoLooker = { measure: () => Promise.reject(new Error('no nets here')), glance: () => Promise.reject(new Error('no nets here')) };

  test('that hangs is ended at its time, and the next file is read by a new one', async () => {
    const decoders = new Decoders(startHanging);
    const photo = await drawn(64, 64, 'image/png');
    expect(
      (
        await decoders.ask(
          (api) => api.draw(photo),
          20_000,
          () => tooSlow(20_000),
        )
      ).pixels.widthPx,
    ).toBe(64);
    const start = performance.now();
    await expect(
      decoders.ask(
        (api) => api.draw(new Blob(['HANG'])),
        1_500,
        () => tooSlow(1_500),
      ),
    ).rejects.toMatchObject({
      code: 'photo-unreadable',
      message: 'The picture could not be read within 2 seconds.',
    });
    expect(performance.now() - start).toBeLessThan(3_000);
    expect(
      (
        await decoders.ask(
          (api) => api.draw(photo),
          20_000,
          () => tooSlow(20_000),
        )
      ).pixels.widthPx,
    ).toBe(64);
    decoders.dispose();
  });

  test('that hangs costs the service one file, with a reason', async () => {
    const service = new PhotoService(nobody, new Decoders(startHanging));
    const [hung, read] = await Promise.all([service.prepare(new Blob(['HANG']), 'a.jpg'), service.prepare(await drawn(64, 64, 'image/png'), 'b.png')]);
    expect(hung).toMatchObject({ ok: false, error: { code: 'photo-unreadable' } });
    expect(read).toMatchObject({ ok: true, photo: { widthPx: 64, faceCount: null, measures: null } });
  });
});

test('a photo is still a photo where the nets cannot run, and says that nobody looked', async () => {
  const service = new PhotoService({ measure: () => Promise.reject(new Error('no wasm')), glance: () => Promise.reject(new Error('no wasm')) });
  expect(await service.prepare(await drawn(64, 64, 'image/png'), 'a.png')).toMatchObject({
    ok: true,
    photo: { faceBox: null, faceCount: null, measures: null },
  });
  const frame = await createImageBitmap(await drawn(64, 64, 'image/png'));
  expect(await service.guide(frame, 'any')).toMatchObject({ ok: false });
});
