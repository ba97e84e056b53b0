/** @file Colour profiles, true ones and ones that lie about their lengths. */
import fc from 'fast-check';
import sharp from 'sharp';
import { expect, test } from 'vitest';
import { colourOfProfile } from './icc-profile.ts';

/** The profile that libvips writes by that name. */
async function profileOf(name: 'p3' | 'srgb'): Promise<Buffer> {
  const picture = await sharp({ create: { width: 8, height: 8, channels: 3, background: 'red' } })
    .withIccProfile(name)
    .jpeg()
    .toBuffer();
  return (await sharp(picture).metadata()).icc!;
}
const [displayP3, srgb] = [await profileOf('p3'), await profileOf('srgb')];

test('Display P3 is told from sRGB in profiles by others', () => {
  expect(colourOfProfile(displayP3)).toBe('display-p3');
  expect(colourOfProfile(srgb)).toBe('srgb');
});

test('a profile cut off, or with numbers of tags and places that lie, is never a crash', () => {
  fc.assert(
    fc.property(
      fc.nat(displayP3.length),
      fc.array(fc.tuple(fc.nat(131 + 12 * 20), fc.constantFrom(0, 1, 0x7f, 0x80, 0xff)), { maxLength: 12 }),
      (length, changes) => {
        const broken = Buffer.from(displayP3.subarray(0, length));
        for (const [at, value] of changes) if (at < broken.length) broken[at] = value;
        expect(['srgb', 'display-p3']).toContain(colourOfProfile(broken));
      },
    ),
    { numRuns: 2_000 },
  );
  const endless = Buffer.from(displayP3);
  endless.writeUInt32BE(0xffffffff, 128);
  expect(colourOfProfile(endless)).toBe('display-p3'); // A hundred tags are looked at, and it has a dozen.
  expect(colourOfProfile(displayP3.subarray(0, 128 + 4 + 12 * 3))).toBe('srgb');
});
