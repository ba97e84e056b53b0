import { existsSync, readdirSync, readFileSync } from 'node:fs';
import sharp, { type Sharp } from 'sharp';
import { describe, expect, test } from 'vitest';
import { isAppError } from '../errors/app-error.ts';
import { crc32 } from './crc32.ts';
import { isMarkedMadeWithAi, madeWithAiPacket, markMadeWithAi, trainedAlgorithmicMedia } from './made-with-ai.ts';
import { writePngXmp } from './png-xmp.ts';

const pixels = Uint8Array.from({ length: 9 * 7 * 3 }, (_, index) => (index * 37) % 256);
const picture = (): Sharp => sharp(pixels, { raw: { width: 9, height: 7, channels: 3 } });
const exif = { IFD0: { Copyright: 'nobody' } };
const files: Record<string, () => Promise<Uint8Array>> = {
  PNG: async () => picture().png().toBuffer(),
  JPEG: async () => picture().jpeg().toBuffer(),
  'JPEG with EXIF and a colour profile': async () => picture().withExif(exif).withIccProfile('srgb').jpeg().toBuffer(),
  'progressive JPEG': async () => picture().jpeg({ progressive: true }).toBuffer(),
  'JPEG with other XMP': async () => picture().withXmp(madeWithAiPacket().replace(trainedAlgorithmicMedia, 'other')).jpeg().toBuffer(),
  'PNG with other XMP': async () => picture().withXmp(madeWithAiPacket().replace(trainedAlgorithmicMedia, 'other')).png().toBuffer(),
};

describe.each(Object.entries(files))('%s', (_, make) => {
  test('the mark goes in, is found again, and is what another program reads; no pixel changes', async () => {
    const plain = new Uint8Array(await make());
    const before = plain.slice();
    const marked = markMadeWithAi(plain);
    expect(plain).toEqual(before);
    expect([isMarkedMadeWithAi(plain), isMarkedMadeWithAi(marked)]).toEqual([false, true]);
    const { xmp, exif: exifAfter } = await sharp(marked).metadata();
    expect(xmp?.toString('utf8')).toBe(madeWithAiPacket());
    expect(exifAfter).toEqual((await sharp(plain).metadata()).exif);
    expect(await sharp(marked).raw().toBuffer()).toEqual(await sharp(plain).raw().toBuffer());
  });

  test('marking twice changes nothing', async () => {
    const marked = markMadeWithAi(new Uint8Array(await make()));
    expect(markMadeWithAi(marked)).toEqual(marked);
  });

  test('a file cut before its picture ends in our error', async () => {
    const marked = markMadeWithAi(new Uint8Array(await make()));
    for (let length = 0; length < 300; length += 7) {
      expect(() => isMarkedMadeWithAi(marked.subarray(0, length))).toThrow(expect.objectContaining({ code: 'photo-unreadable' }));
    }
  });
});

test('the packet names no person, prompt or time', () => {
  expect(madeWithAiPacket()).toContain(`DigitalSourceType="${trainedAlgorithmicMedia}"`);
  expect(madeWithAiPacket()).not.toMatch(/\d{4}-\d{2}-\d{2}T|dc:creator|prompt/);
});

test('the mark of another program, written as an element, is understood', async () => {
  const element = madeWithAiPacket().replace(
    `Iptc4xmpExt:DigitalSourceType="${trainedAlgorithmicMedia}">`,
    `><Iptc4xmpExt:DigitalSourceType>${trainedAlgorithmicMedia}</Iptc4xmpExt:DigitalSourceType>`,
  );
  expect(isMarkedMadeWithAi(writePngXmp(new Uint8Array(await picture().png().toBuffer()), element))).toBe(true);
  const other = element.replace(trainedAlgorithmicMedia, trainedAlgorithmicMedia.replace('trained', 'digitalCapture'));
  expect(isMarkedMadeWithAi(writePngXmp(new Uint8Array(await picture().png().toBuffer()), other))).toBe(false);
});

test('the CRC is the published check value', () => {
  expect(crc32(new TextEncoder().encode('123456789'))).toBe(0xcbf43926);
});

const malformed = new URL('../../../shared/data/malformed', import.meta.url);
test.skipIf(!existsSync(malformed))('broken pictures are refused in our words (skipped where shared data is absent)', () => {
  for (const folder of ['png', 'jpeg', 'gif', 'webp']) {
    for (const name of readdirSync(new URL(`${malformed.href}/${folder}`))) {
      const bytes = new Uint8Array(readFileSync(`${malformed.pathname}/${folder}/${name}`));
      try {
        expect(isMarkedMadeWithAi(markMadeWithAi(bytes))).toBe(true);
      } catch (error) {
        expect(isAppError(error, 'photo-unreadable'), name).toBe(true);
      }
    }
  }
});
