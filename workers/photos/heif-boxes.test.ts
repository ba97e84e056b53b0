/** @file Boxes of HEIC and AVIF files: sizes that libvips wrote, colours, and bytes that nobody should write. */
import { existsSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import { heifFacts } from './heif-boxes.ts';
import { colourOfProfile } from './icc-profile.ts';

const avif = new Uint8Array(
  await sharp({ create: { width: 37, height: 23, channels: 3, background: 'red' } })
    .avif()
    .toBuffer(),
);
const profileOf = async (name: string): Promise<Uint8Array> => {
  const { icc } = await sharp(
    await sharp({ create: { width: 4, height: 4, channels: 3, background: 'red' } })
      .jpeg()
      .withIccProfile(name)
      .toBuffer(),
  ).metadata();
  return new Uint8Array(icc!);
};
const box = (type: string, ...content: readonly (Uint8Array | number[])[]): Uint8Array => {
  const bytes = content.flatMap((part) => [...part]);
  const out = Buffer.alloc(8 + bytes.length);
  out.writeUInt32BE(out.length, 0);
  out.write(type, 4, 'latin1');
  out.set(bytes, 8);
  return out;
};
const withColour = (colr: Uint8Array): Uint8Array => box('meta', [0, 0, 0, 0], box('iprp', box('ipco', colr)));

describe('heifFacts', () => {
  test('reads the size that libvips wrote, and sees that the file ends in the middle', () => {
    expect(heifFacts(avif)).toEqual({ size: { widthPx: 37, heightPx: 23 }, colour: 'srgb', isComplete: true });
    expect(heifFacts(avif.subarray(0, avif.length - 5)).isComplete).toBe(false);
  });

  test('knows Display P3 by its profile and by its number', async () => {
    const profile = await profileOf('p3');
    expect(heifFacts(withColour(box('colr', Buffer.from('prof'), profile))).colour).toBe('display-p3');
    expect(heifFacts(withColour(box('colr', Buffer.from('prof'), await profileOf('srgb')))).colour).toBe('srgb');
    expect(heifFacts(withColour(box('colr', Buffer.from('nclx'), [0, 12, 0, 13, 0, 6, 128]))).colour).toBe('display-p3');
    expect(heifFacts(withColour(box('colr', Buffer.from('nclx'), [0, 1, 0, 13, 0, 6, 128]))).colour).toBe('srgb');
  });

  test('answers at once whatever the bytes are', async () => {
    const profile = await profileOf('p3');
    fc.assert(
      fc.property(
        fc.uint8Array({ maxLength: 600 }),
        fc.array(fc.tuple(fc.nat(avif.length - 1), fc.nat(255)), { maxLength: 20 }),
        fc.nat(profile.length),
        (bytes, changes, cut) => {
          const broken = Uint8Array.from(avif);
          for (const [at, value] of changes) broken[at] = value;
          const start = performance.now();
          heifFacts(bytes);
          heifFacts(broken);
          colourOfProfile(bytes);
          colourOfProfile(profile.subarray(0, cut));
          expect(performance.now() - start).toBeLessThan(200);
        },
      ),
      { numRuns: 300 },
    );
  });

  test('boxes without end are not followed for ever', () => {
    const many = new Uint8Array(8 * 100_000);
    for (let at = 0; at < many.length; at += 8) many.set([0, 0, 0, 8, 0x6d, 0x65, 0x74, 0x61], at);
    const start = performance.now();
    heifFacts(many);
    expect(performance.now() - start).toBeLessThan(500);
  });
});

const example = new URL('../../../shared/data/heic/example.heic', import.meta.url);
test.skipIf(!existsSync(example))('the example of libheif has the size that its authors state (skipped without ../shared/data)', () => {
  expect(heifFacts(readFileSync(example))).toMatchObject({ size: { widthPx: 1280, heightPx: 854 }, isComplete: true });
});
