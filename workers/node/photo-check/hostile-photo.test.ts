/** @file Photo files that lie, in Node: orientations that do not exist, directories that point at themselves, profiles longer than their file. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import sharp from 'sharp';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { isAppError } from '#models/errors/app-error.ts';
import type { RgbPicture } from '#models/pipelines/pixels.ts';
import { readPhoto } from './read-photo.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'likeness-hostile-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const jpeg = await sharp({ create: { width: 60, height: 24, channels: 3, background: '#c08040' } })
  .jpeg({ quality: 95 })
  .toBuffer();

function withSegment(marker: number, content: Uint8Array): Buffer {
  const head = Buffer.from([0xff, marker, 0, 0]);
  head.writeUInt16BE(content.length + 2, 2);
  return Buffer.concat([jpeg.subarray(0, 2), head, content, jpeg.subarray(2)]);
}

interface Entry {
  readonly tag: number;
  readonly type: number;
  readonly count: number;
  readonly value: number;
}

/** One directory at 8, as TIFF 6.0 lays it out; `next` is where the next one is said to be. */
function exif(entries: readonly Entry[], next: number, claimed = entries.length): Buffer {
  const bytes = Buffer.alloc(6 + 8 + 2 + entries.length * 12 + 4);
  bytes.write('Exif\0\0II*\0', 'latin1');
  bytes.writeUInt32LE(8, 10);
  bytes.writeUInt16LE(claimed, 14);
  for (const [index, { tag, type, count, value }] of entries.entries()) {
    const at = 16 + 12 * index;
    bytes.writeUInt16LE(tag, at);
    bytes.writeUInt16LE(type, at + 2);
    bytes.writeUInt32LE(count, at + 4);
    bytes.writeUInt32LE(value, at + 8);
  }
  bytes.writeUInt32LE(next, bytes.length - 4);
  return bytes;
}

async function read(bytes: Uint8Array): Promise<RgbPicture> {
  const file = join(folder, 'photo.jpg');
  await writeFile(file, bytes);
  return readPhoto(file);
}
const sizeOf = ({ widthPx, heightPx }: RgbPicture): number[] => [widthPx, heightPx];

test('an orientation that does not exist turns nothing; 1 to 4 lie, 5 to 8 stand', async () => {
  for (const value of [0, 1, 2, 3, 4, 9, 255, 65535])
    expect(sizeOf(await read(withSegment(0xe1, exif([{ tag: 0x0112, type: 3, count: 1, value }], 0)))), `orientation ${value}`).toEqual([60, 24]);
  for (const value of [5, 6, 7, 8])
    expect(sizeOf(await read(withSegment(0xe1, exif([{ tag: 0x0112, type: 3, count: 1, value }], 0)))), `orientation ${value}`).toEqual([24, 60]);
});

test('directories that point at themselves, at each other or behind the end are read once or not at all', async () => {
  const number = fc.constantFrom(0, 1, 8, 9, 26, 0x7fffffff, 0xffffffff);
  const entry = fc.record({
    tag: fc.constantFrom(0x0112, 0x010f, 0x8769, 0x8825, 0xa005, 0x927c, 0x0201, 0x0202),
    type: fc.integer({ min: 0, max: 14 }),
    count: number,
    value: number,
  });
  await fc.assert(
    fc.asyncProperty(fc.array(entry, { maxLength: 6 }), number, fc.option(fc.nat(65535), { nil: undefined }), async (entries, next, claimed) => {
      expect(sizeOf(await read(withSegment(0xe1, exif(entries, next, claimed)))).sort((a, b) => a - b)).toEqual([24, 60]);
    }),
    { numRuns: 60 },
  );
});

test('a profile that lies about its length or its parts gives the picture, or a reason', async () => {
  const icc = (await sharp(await sharp(jpeg).withIccProfile('p3').jpeg().toBuffer()).metadata()).icc!;
  await fc.assert(
    fc.asyncProperty(
      fc.nat(icc.length),
      fc.array(fc.tuple(fc.nat(131 + 12 * 12), fc.constantFrom(0, 1, 0x7f, 0xff)), { maxLength: 6 }),
      fc.constantFrom([1, 1], [1, 2], [2, 1], [0, 0], [255, 255]),
      async (length, changes, part) => {
        const broken = Buffer.from(icc.subarray(0, length));
        for (const [at, value] of changes) if (at < broken.length) broken[at] = value;
        const outcome = await read(withSegment(0xe2, Buffer.concat([Buffer.from('ICC_PROFILE\0'), Buffer.from(part), broken]))).catch(
          (error: unknown) => error,
        );
        if (!isAppError(outcome)) expect(sizeOf(outcome as RgbPicture)).toEqual([60, 24]);
        else expect(outcome.code).toBe('photo-unreadable');
      },
    ),
    { numRuns: 60 },
  );
});
