import { existsSync, readdirSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { isAppError } from '#models/errors/app-error.ts';
import { defaultImageLimits, listImageFiles, readImage, readImageCut, readPictureFolder, writePng } from './image-files.ts';

const shared = fileURLToPath(new URL('../../../shared/data/', import.meta.url));

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'images-'));
});
afterAll(() => rm(folder, { recursive: true }));

test('what is written as PNG is read back byte for byte', async () => {
  const picture = { widthPx: 5, heightPx: 3, rgb: Uint8Array.from({ length: 45 }, (_, i) => (i * 37) % 256) };
  await writePng(join(folder, 'exact.png'), picture);
  expect(await readImage(join(folder, 'exact.png'))).toEqual(picture);
});

test('a picture cut to a size keeps its middle and its proportions', async () => {
  const stripes = { widthPx: 12, heightPx: 4, rgb: Uint8Array.from({ length: 144 }, (_, i) => 80 * Math.floor((Math.floor(i / 3) % 12) / 4)) };
  await writePng(join(folder, 'stripes.png'), stripes);
  const middle = await readImageCut(join(folder, 'stripes.png'), 4, 4);
  expect(middle).toEqual({ widthPx: 4, heightPx: 4, rgb: new Uint8Array(48).fill(80) });
  expect(await readImageCut(join(folder, 'stripes.png'), 12, 4)).toEqual(stripes);
});

test('pictures are listed in the order of their numbers, other files and hidden ones left out', async () => {
  const names = ['10.jpg', '2.JPG', 'a.avif', '.hidden.png', 'notes.txt', '1.webp'];
  const own = await mkdtemp(join(folder, 'list-'));
  for (const name of names) await writeFile(join(own, name), '');
  expect((await listImageFiles(own)).map((file) => file.slice(own.length + 1))).toEqual(['1.webp', '2.JPG', '10.jpg', 'a.avif']);
  await expect(listImageFiles(join(own, 'absent'))).rejects.toMatchObject({ code: 'usage' });
});

test('a photo that lies on its side comes upright', async () => {
  const red = { r: 255, g: 0, b: 0 };
  const top = await sharp({ create: { width: 8, height: 4, channels: 3, background: red } })
    .png()
    .toBuffer();
  const upright = sharp({ create: { width: 8, height: 16, channels: 3, background: '#0000ff' } }).composite([{ input: top, left: 0, top: 0 }]);
  const lying = await sharp(await upright.png().toBuffer())
    .rotate(270)
    .withMetadata({ orientation: 6 })
    .png()
    .toBuffer();
  await writeFile(join(folder, 'lying.png'), lying);
  const { widthPx, heightPx, rgb } = await readImage(join(folder, 'lying.png'));
  expect([widthPx, heightPx]).toEqual([8, 16]);
  expect([...rgb.subarray(0, 3)]).toEqual([255, 0, 0]);
  expect([...rgb.subarray(-3)]).toEqual([0, 0, 255]);
});

test('transparency becomes white, grey becomes three channels, a large photo is shrunk', async () => {
  const file = join(folder, 'see-through.png');
  await sharp({ create: { width: 40, height: 20, channels: 4, background: { r: 0, g: 0, b: 0, alpha: 0 } } })
    .png()
    .toFile(file);
  expect(new Set((await readImage(file)).rgb)).toEqual(new Set([255]));
  await sharp({ create: { width: 4, height: 4, channels: 3, background: '#808080' } })
    .greyscale()
    .png()
    .toFile(join(folder, 'grey.png'));
  expect((await readImage(join(folder, 'grey.png'))).rgb).toEqual(new Uint8Array(48).fill(128));
  expect(await readImage(file, { ...defaultImageLimits, maxSidePx: 10 })).toMatchObject({ widthPx: 10, heightPx: 5 });
});

test('limits on bytes and pixels are kept before anything is decoded', async () => {
  const file = join(folder, 'large.png');
  await sharp({ create: { width: 300, height: 200, channels: 3, background: 'grey' } })
    .png()
    .toFile(file);
  await expect(readImage(file, { ...defaultImageLimits, maxPixels: 59_999 })).rejects.toMatchObject({ code: 'photo-too-large' });
  await expect(readImage(file, { ...defaultImageLimits, maxBytes: 10 })).rejects.toMatchObject({ code: 'photo-too-large' });
});

test('one bad file does not spoil a folder', async () => {
  const own = await mkdtemp(join(folder, 'mixed-'));
  await writePng(join(own, 'good.png'), { widthPx: 1, heightPx: 1, rgb: Uint8Array.of(1, 2, 3) });
  await writeFile(join(own, 'empty.jpg'), '');
  await writeFile(join(own, 'text.jpg'), 'hello');
  const { pictures, refused } = await readPictureFolder(own);
  expect(pictures.map(({ file }) => file)).toEqual([join(own, 'good.png')]);
  expect(refused.map(({ error }) => error.code)).toEqual(['photo-unreadable', 'photo-unreadable']);
});

describe.skipIf(!existsSync(shared))('on the shared test data (skipped where it is absent)', () => {
  test('every malformed file is either a picture or a clear error, never a crash', async () => {
    const folders = readdirSync(join(shared, 'malformed'));
    const files = folders.flatMap((name) => readdirSync(join(shared, 'malformed', name)).map((file) => join(shared, 'malformed', name, file)));
    expect(files.length).toBeGreaterThan(100);
    let refusedCount = 0;
    for (const file of files) {
      try {
        const { widthPx, heightPx, rgb } = await readImage(file);
        expect(rgb.length).toBe(widthPx * heightPx * 3);
      } catch (error) {
        expect(isAppError(error, 'photo-unreadable') || isAppError(error, 'photo-too-large'), `${file}: ${String(error)}`).toBe(true);
        refusedCount++;
      }
    }
    expect(refusedCount).toBeGreaterThan(files.length / 2);
  });

  test('the same photo in eight EXIF orientations has one size and one content', async () => {
    const pictures = await Promise.all(
      Array.from({ length: 8 }, (_, i) => readImage(join(shared, `orientation/Portrait_${i + 1}.jpg`), { ...defaultImageLimits, maxSidePx: 60 })),
    );
    const first = pictures[0]!;
    for (const { widthPx, heightPx, rgb } of pictures) {
      expect([widthPx, heightPx]).toEqual([first.widthPx, first.heightPx]);
      expect(rgb.reduce((sum, value, i) => sum + Math.abs(value - first.rgb[i]!), 0) / rgb.length).toBeLessThan(6);
    }
  });
});
