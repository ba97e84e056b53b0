/** @file Photo files before decoding: kinds, sizes and damage, on files that sharp wrote and on bytes cut off them. */
import { readFile } from 'node:fs/promises';
import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import { checkPhotoBytes, checkPhotoFrame, checkPhotoPixels, scaledSize, undecodable } from './photo-limits.ts';
import { pictureFrame } from './picture-frame.ts';
import { pictureKind } from './picture-kind.ts';

const drawing = sharp({ create: { width: 37, height: 23, channels: 3, background: { r: 200, g: 30, b: 90 } } });
const written = {
  jpeg: await drawing.clone().jpeg().toBuffer(),
  'jpeg, progressive': await drawing.clone().jpeg({ progressive: true }).toBuffer(),
  png: await drawing.clone().png().toBuffer(),
  gif: await drawing.clone().gif().toBuffer(),
  webp: await drawing.clone().webp().toBuffer(),
  'webp, lossless': await drawing.clone().webp({ lossless: true }).toBuffer(),
  'webp, with metadata': await drawing.clone().withMetadata().webp().toBuffer(),
};
const bytesOf = (text: string): Uint8Array => Uint8Array.from(text, (letter) => letter.charCodeAt(0));

describe('pictureFrame', () => {
  test.each(Object.entries(written))('reads kind and size of %s', (name, bytes) => {
    expect(pictureFrame(bytes)).toEqual({ kind: name.split(',')[0], size: { widthPx: 37, heightPx: 23 }, isComplete: true });
  });

  test.each(Object.entries(written).filter(([name]) => name !== 'gif'))('sees that %s ends in the middle', (_, bytes) => {
    expect(pictureFrame(bytes.subarray(0, bytes.length - 14)).isComplete).toBe(false);
    expect(pictureFrame(bytes.subarray(0, 18)).isComplete).toBe(false);
  });

  test('bytes behind the end of a JPEG do no harm, as in motion photos', () => {
    expect(pictureFrame(new Uint8Array([...written.jpeg, 1, 2, 3])).isComplete).toBe(true);
  });

  test('a real photo with embedded metadata is complete', async () => {
    const photo = await readFile(new URL('../../static/samples/ada/01.jpg', import.meta.url));
    expect(pictureFrame(photo)).toMatchObject({ kind: 'jpeg', isComplete: true });
    expect(pictureFrame(photo.subarray(0, photo.length / 2)).isComplete).toBe(false);
  });
});

describe('pictureKind', () => {
  test.each([
    ['heic', '\0\0\0\x18ftypheic\0\0\0\0mif1heic'],
    ['heic', '\0\0\0\x18ftypmif1\0\0\0\0mif1heic'],
    ['avif', '\0\0\0\x1cftypavif\0\0\0\0avifmif1miaf'],
    ['avif', '\0\0\0\x1cftypmif1\0\0\0\0mif1avifmiaf'],
    ['tiff', 'II*\0\x08\0\0\0'],
    ['svg', '<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg">'],
    ['svg', '<svg width="1">'],
    ['unknown', '\0\0\0\x18ftypisom\0\0\0\0isommp42'],
    ['unknown', '%PDF-1.7'],
    ['unknown', ''],
  ])('%s', (kind, text) => {
    expect(pictureKind(bytesOf(text))).toBe(kind);
  });
});

describe('the sentences', () => {
  const messageOf = (work: () => void): string => {
    try {
      work();
    } catch (error) {
      return (error as Error).message;
    }
    return 'nothing was thrown';
  };

  test('tell apart: no picture, cut off, unreadable here, damaged, too large', () => {
    expect(messageOf(() => checkPhotoFrame(pictureFrame(bytesOf('hello'))))).toBe('The file is not a picture.');
    expect(messageOf(() => checkPhotoFrame(pictureFrame(written.png.subarray(0, 40))))).toContain('ends in the middle');
    expect(undecodable('heic', null).message).toBe('The HEIC picture is damaged, or of a rare sort that cannot be read here.');
    expect(undecodable('tiff', null).message).toBe('This browser cannot read TIFF files.');
    expect(undecodable('jpeg', null).message).toContain('damaged');
    expect(messageOf(() => checkPhotoBytes(0))).toBe('The file is empty.');
    expect(messageOf(() => checkPhotoBytes(61e6))).toContain('61 MB');
    expect(messageOf(() => checkPhotoPixels({ widthPx: 10000, heightPx: 6001 }))).toContain('10000 x 6001');
  });

  test('a strip is no photo, a panorama is', () => {
    expect(messageOf(() => checkPhotoPixels({ widthPx: 58_122, heightPx: 9 }))).toContain('a strip');
    expect(() => checkPhotoPixels({ widthPx: 8_000, heightPx: 1_000 })).not.toThrow();
  });

  test('a picture that claims a billion pixels is refused before it is decoded', () => {
    const bomb = Uint8Array.from(written.png);
    new DataView(bomb.buffer).setUint32(16, 100_000);
    new DataView(bomb.buffer).setUint32(20, 10_000);
    expect(() => checkPhotoFrame(pictureFrame(bomb))).toThrow(expect.objectContaining({ code: 'photo-too-large' }));
  });
});

test('scaledSize keeps small photos, shrinks the short side to the limit and never loses a side', () => {
  expect(scaledSize(800, 600, 1024)).toEqual({ widthPx: 800, heightPx: 600 });
  expect(scaledSize(3000, 4000, 1024)).toEqual({ widthPx: 1024, heightPx: 1365 });
  expect(scaledSize(60_000, 100, 256)).toEqual({ widthPx: 8192, heightPx: 14 });
  expect(scaledSize(60_000, 1, 256)).toEqual({ widthPx: 8192, heightPx: 1 });
});
