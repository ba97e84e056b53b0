/** @file The last door for metadata: whatever segments stand in a JPEG, the pixels stay and everything else goes. */
import fc from 'fast-check';
import sharp from 'sharp';
import { expect, test } from 'vitest';
import { bareJpeg, jpegSegments } from './bare-jpeg.ts';

const noise = { create: { width: 64, height: 48, channels: 3, background: 'grey', noise: { type: 'gaussian', mean: 120, sigma: 40 } } } as const;
const plain = new Uint8Array(await sharp(noise).jpeg().toBuffer());
const progressive = new Uint8Array(await sharp(noise).jpeg({ progressive: true }).toBuffer());
const pixelsOf = async (jpeg: Uint8Array): Promise<Buffer> => sharp(jpeg).raw().toBuffer();
const segment = (marker: number, content: Uint8Array): Uint8Array =>
  Uint8Array.of(0xff, marker, (content.length + 2) >> 8, (content.length + 2) & 0xff, ...content);
const withSegments = (jpeg: Uint8Array, segments: readonly Uint8Array[]): Uint8Array<ArrayBuffer> =>
  Uint8Array.from([...jpeg.subarray(0, 2), ...segments.flatMap((one) => [...one]), ...jpeg.subarray(2)]);
const markersOf = (jpeg: Uint8Array): number[] => [...jpegSegments(jpeg)].map(({ marker }) => marker);

test('a photo with EXIF, GPS, XMP, IPTC, a profile and a comment keeps its pixels and nothing else', async () => {
  const full = new Uint8Array(
    await sharp(noise)
      .jpeg()
      .withMetadata({ icc: 'p3', exif: { IFD0: { Copyright: 'SECRET-NAME', Make: 'SECRET-CAMERA' }, IFD3: { GPSLatitude: '37/1 33/1 0/1' } } })
      .withXmp('<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"/><!--SECRET-XMP--></x:xmpmeta>')
      .toBuffer(),
  );
  const photo = withSegments(full, [segment(0xed, Buffer.from('Photoshop 3.0\0SECRET-IPTC')), segment(0xfe, Buffer.from('SECRET-COMMENT'))]);
  expect(Buffer.from(photo).toString('latin1')).toContain('SECRET-CAMERA');
  const bare = bareJpeg(photo);
  expect(Buffer.from(bare).toString('latin1')).not.toMatch(/SECRET|Exif|ICC_PROFILE|adobe:ns|Photoshop/);
  expect((await sharp(bare).metadata()).exif).toBeUndefined();
  expect((await sharp(bare).metadata()).icc).toBeUndefined();
  expect((await pixelsOf(bare)).equals(await sharp(photo, { autoOrient: false }).keepIccProfile().raw().toBuffer())).toBe(true);
});

test.each([
  ['baseline', plain],
  ['progressive, with tables between its scans', progressive],
] as const)('random segments anywhere before the scan of a %s picture never stay, and never change a pixel', async (_, jpeg) => {
  const expected = await pixelsOf(jpeg);
  const foreign = fc
    .tuple(fc.constantFrom(0xe1, 0xe2, 0xe3, 0xe9, 0xec, 0xed, 0xee, 0xef, 0xe0, 0xfe), fc.uint8Array({ maxLength: 300 }))
    .map(([marker, content]) => segment(marker, content));
  await fc.assert(
    fc.asyncProperty(fc.array(foreign, { maxLength: 6 }), fc.uint8Array({ maxLength: 200 }), async (segments, behind) => {
      const bare = bareJpeg(Uint8Array.from([...withSegments(jpeg, segments), ...behind]));
      expect(bare.length).toBeLessThanOrEqual(jpeg.length);
      expect(markersOf(bare).filter((marker) => marker === 0xfe || (marker > 0xe0 && marker <= 0xef))).toEqual([]);
      expect((await pixelsOf(bare)).equals(expected)).toBe(true);
    }),
    { numRuns: 60 },
  );
});

test('Adobe’s segment stays, because it says how the colours are coded', async () => {
  const cmyk = new Uint8Array(await sharp(noise).toColourspace('cmyk').jpeg().toBuffer());
  expect(markersOf(bareJpeg(cmyk))).toContain(0xee);
  expect((await pixelsOf(bareJpeg(cmyk))).equals(await pixelsOf(cmyk))).toBe(true);
});

test('a JPEG cut anywhere is refused and not repaired', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: plain.length - 1 }), (length) => {
      expect(() => bareJpeg(plain.slice(0, length))).toThrow('ends in the middle');
    }),
  );
});
