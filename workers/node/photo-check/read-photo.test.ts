/** @file Colours of photo files in Node: whatever space a file names, sRGB comes out. */
import { existsSync, readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { displayP3ToSrgb } from '../../photos/display-p3.ts';
import { readPhoto } from './read-photo.ts';

const [heic, avif] = ['heic', 'avif'].map((ending) => new URL(`../../../../shared/data/heic/example.${ending}`, import.meta.url)) as [URL, URL];
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'likeness-colours-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** A `colr` box that names the primaries of Display P3 by number: 12 in ITU-T H.273. */
const displayP3Box = Buffer.from('\0\0\0\x13colrnclx\0\x0c\0\x0d\0\x06\x80', 'latin1');

/** The same AVIF with those primaries in place of its own. */
function withPrimaries(bytes: Buffer): Buffer {
  const changed = Buffer.from(bytes);
  changed.set(displayP3Box, bytes.indexOf('colrnclx') - 4);
  return changed;
}

/** The same HEIC with that box among its properties, where the list of thumbnails made room, so that nothing else moves. */
function withDisplayP3(bytes: Buffer): Buffer {
  const list = bytes.indexOf('iref') - 4;
  const roomBytes = bytes.readUInt32BE(list);
  const filler = Buffer.alloc(roomBytes - displayP3Box.length);
  filler.writeUInt32BE(filler.length);
  filler.write('free', 4);
  const changed = Buffer.from(bytes);
  for (const name of ['iprp', 'ipco']) changed.writeUInt32BE(bytes.readUInt32BE(bytes.indexOf(name) - 4) + roomBytes, bytes.indexOf(name) - 4);
  const properties = bytes.indexOf('ipco') - 4;
  const end = properties + bytes.readUInt32BE(properties);
  return Buffer.concat([changed.subarray(0, list), changed.subarray(list + roomBytes, end), displayP3Box, filler, changed.subarray(end)]);
}

async function read(name: string, bytes: Uint8Array): Promise<Uint8Array> {
  await writeFile(join(folder, name), bytes);
  return (await readPhoto(join(folder, name))).rgb;
}

test.skipIf(!existsSync(heic))('a HEIC in Display P3 comes out in sRGB (skipped without ../shared/data/heic)', async () => {
  const bytes = readFileSync(heic);
  const [plain, wide] = [await read('plain.heic', bytes), await read('wide.heic', withDisplayP3(bytes))];
  displayP3ToSrgb(plain, 3);
  expect(Buffer.compare(wide, plain)).toBe(0);
});

const colour = { r: 200, g: 110, b: 90 };
const square = (): ReturnType<typeof sharp> => sharp({ create: { width: 64, height: 64, channels: 3, background: colour } });

test.skipIf(!existsSync(avif))('an AVIF that names Display P3 by number comes out in sRGB (skipped without ../shared/data/heic)', async () => {
  const bytes = readFileSync(avif);
  const [plain, wide] = [await read('plain.avif', bytes), await read('wide.avif', withPrimaries(bytes))];
  displayP3ToSrgb(plain, 3);
  expect(Buffer.compare(wide, plain)).toBe(0);
});

test('a JPEG and an AVIF with a profile of Display P3 come back as the sRGB they were made from', async () => {
  for (const [name, bytes] of [
    ['profile.jpg', await square().withIccProfile('p3').jpeg({ quality: 95 }).toBuffer()],
    ['profile.avif', await square().withIccProfile('p3').avif({ quality: 90 }).toBuffer()],
  ] as const) {
    const rgb = await read(name, bytes);
    for (const [channel, value] of [colour.r, colour.g, colour.b].entries()) expect(Math.abs(rgb[channel]! - value), name).toBeLessThanOrEqual(3);
  }
});
