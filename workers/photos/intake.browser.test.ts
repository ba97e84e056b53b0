/** @file Everything a person may have, through the page's own client and the real threads: formats, orientations, colours, metadata, ZIPs, edits, and broken files. */
import fc from 'fast-check';
import { afterAll, describe, expect, test } from 'vitest';
import { commands } from 'vitest/browser';
import { noEdit } from '#models/vision/photo-edit.ts';
import type { PreparedPhoto } from '../contract/photos.ts';
import { PhotoClient } from '../client/photo-client.ts';
import { jpegSegments } from './bare-jpeg.ts';
import { difference, drawn, pixelsOf, sharedFile, withSegment } from '../../src/tests/photo-files.ts';

const photos = new PhotoClient();
afterAll(() => photos.dispose());

const prepared = async (file: Blob): Promise<PreparedPhoto> => {
  const result = await photos.prepare(file, 'photo');
  if (!result.ok) throw new Error(`${result.error.code}: ${result.error.message}`);
  return result.photo;
};
const sample = async (): Promise<Blob> => (await fetch('/static/samples/ada/01.jpg')).blob();
const [heic, orientation, malformed] = await Promise.all(['heic', 'orientation', 'malformed'].map((folder) => commands.listShared(folder)));
const absent = 'skipped without ../shared/data';

/** All that a stored picture may consist of: header, tables, frame, scan, end. */
const drawingMarkers = new Set([0xe0, 0xdb, 0xc0, 0xc1, 0xc2, 0xc4, 0xdd, 0xda, 0xd9]);
async function expectBare({ picture, thumbnail }: PreparedPhoto): Promise<void> {
  for (const blob of [picture, thumbnail]) {
    const markers = [...jpegSegments(new Uint8Array(await blob.arrayBuffer()))].map(({ marker }) => marker);
    expect(markers.filter((marker) => !drawingMarkers.has(marker))).toEqual([]);
    expect(await blob.text()).not.toMatch(/Exif|http:\/\/ns|ICC_PROFILE|SECRET/);
  }
}

describe('formats', () => {
  test.each(['image/jpeg', 'image/png', 'image/webp'])('%s gives the same picture', async (type) => {
    const bitmap = await createImageBitmap(await sample());
    const file = await drawn(512, 512, type, (context) => context.drawImage(bitmap, 0, 0));
    expect(file.type).toBe(type);
    const photo = await prepared(file);
    expect(photo.faceCount).toBe(1);
    expect(await difference(photo.picture, await sample())).toBeLessThan(2);
    await expectBare(photo);
  });

  test.skipIf(heic!.length === 0)(`HEIC and AVIF of the same scene give the same picture (${absent})`, async () => {
    const [fromHeic, fromAvif] = [await prepared(await sharedFile('heic/example.heic')), await prepared(await sharedFile('heic/example.avif'))];
    expect([fromHeic.widthPx, fromHeic.heightPx]).toEqual([1280, 854]);
    await expectBare(fromHeic);
    await expectBare(fromAvif);
    expect(fromAvif.widthPx).toBeGreaterThan(100);
    const pixels = await pixelsOf(fromHeic.picture, 8, 8);
    expect(Math.max(...pixels.filter((_, index) => index % 4 !== 3)) - Math.min(...pixels)).toBeGreaterThan(60); // A picture, not a grey frame.
  });
});

describe('orientation', () => {
  const views = ['Landscape', 'Portrait'] as const;
  test.skipIf(orientation!.length === 0).each(views)(`all eight files of %s stand alike (${absent})`, async (view) => {
    const upright = await prepared(await sharedFile(`orientation/${view}_1.jpg`));
    for (const number of [2, 3, 4, 5, 6, 7, 8]) {
      const photo = await prepared(await sharedFile(`orientation/${view}_${number}.jpg`));
      expect([photo.widthPx, photo.heightPx]).toEqual([upright.widthPx, upright.heightPx]);
      // The files name their number in large letters: that is all that differs.
      expect(await difference(photo.picture, upright.picture)).toBeLessThan(12);
      await expectBare(photo);
    }
  });
});

describe('colours', () => {
  /** A profile with the primaries of Display P3 and a gamma of 2.2, as small as profiles get. Source: ICC.1:2001-04, sections 6.1 and 6.5. */
  function displayP3Profile(): Uint8Array {
    const fixed = (value: number): number[] => [24, 16, 8, 0].map((shift) => (Math.round(value * 65536) >> shift) & 255);
    const text = (letters: string): number[] => [...letters].map((letter) => letter.charCodeAt(0));
    const xyz = (x: number, y: number, z: number): number[] => [...text('XYZ '), 0, 0, 0, 0, ...fixed(x), ...fixed(y), ...fixed(z)];
    const curve = [...text('curv'), 0, 0, 0, 0, 0, 0, 0, 1, 2, 0x33, 0, 0];
    const words = text('P3');
    const description = [...text('desc'), 0, 0, 0, 0, 0, 0, 0, words.length + 1, ...words, 0, ...Array<number>(78).fill(0)];
    while (description.length % 4 !== 0) description.push(0);
    const tags: [string, number[]][] = [
      ['desc', description],
      ['cprt', [...text('text'), 0, 0, 0, 0, 0, 0, 0, 0]],
      ['wtpt', xyz(0.9642, 1, 0.8249)],
      ['rXYZ', xyz(0.51512, 0.2412, -0.00105)],
      ['gXYZ', xyz(0.29198, 0.69225, 0.04189)],
      ['bXYZ', xyz(0.1571, 0.06657, 0.78407)],
      ['rTRC', curve],
      ['gTRC', curve],
      ['bTRC', curve],
    ];
    const integer = (value: number): number[] => [value >>> 24, (value >> 16) & 255, (value >> 8) & 255, value & 255];
    const table: number[] = [];
    const body: number[] = [];
    const start = 128 + 4 + tags.length * 12;
    for (const [name, content] of tags) {
      table.push(...text(name), ...integer(start + body.length), ...integer(content.length));
      body.push(...content);
    }
    const size = start + body.length;
    const header = [...integer(size), 0, 0, 0, 0, 2, 0x20, 0, 0, ...text('mntrRGB XYZ '), 7, 0xd0, 0, 1, 0, 1, 0, 0, 0, 0, 0, 0, ...text('acsp')];
    while (header.length < 68) header.push(0);
    header.push(...fixed(0.9642), ...fixed(1), ...fixed(0.8249));
    while (header.length < 128) header.push(0);
    return Uint8Array.from([...header, ...integer(tags.length), ...table, ...body]);
  }

  test('of Display P3 become sRGB, by the matrices of CSS Color 4', async () => {
    const colour = [200, 110, 90];
    const file = await drawn(64, 64, 'image/jpeg', (context) => {
      context.fillStyle = `rgb(${colour.join(' ')})`;
      context.fillRect(0, 0, 64, 64);
    });
    const tagged = withSegment(file, 0xe2, Uint8Array.from([...new TextEncoder().encode('ICC_PROFILE\0'), 1, 1, ...displayP3Profile()]));
    // P3 to sRGB in linear light; the profile's gamma is 2.2, sRGB's curve is its own.
    const light = colour.map((value) => (value / 255) ** (0x233 / 256));
    const matrix = [
      [1.2249401, -0.2249402, 0],
      [-0.0420569, 1.0420571, 0],
      [-0.0196376, -0.0786361, 1.0982735],
    ];
    const expected = matrix.map((row) => {
      const value = row.reduce((sum, factor, index) => sum + factor * light[index]!, 0);
      return 255 * (value <= 0.0031308 ? 12.92 * value : 1.055 * value ** (1 / 2.4) - 0.055);
    });
    const untouched = await pixelsOf((await prepared(file)).picture, 1, 1);
    const converted = await pixelsOf((await prepared(tagged)).picture, 1, 1);
    expected.forEach((value, channel) => expect(Math.abs(converted[channel]! - value)).toBeLessThan(3.5));
    expect(converted[0]! - untouched[0]!).toBeGreaterThan(8); // Without the profile it would have stayed as it was.
    await expectBare(await prepared(tagged));
  });
});

describe('metadata', () => {
  test('whatever stands in an EXIF block: no crash, no leak, the same picture', async () => {
    const plain = await drawn(40, 24, 'image/jpeg', (context) => {
      context.fillStyle = 'white';
      context.fillRect(0, 0, 20, 24);
    });
    const secret = [...new TextEncoder().encode('SECRET')];
    const entry = fc.tuple(
      fc.constantFrom(0x0112, 0x010f, 0x8769, 0x8825, 0x0002, 0x0004, 0x927c, 0x9286, 0x0201, 0x0202),
      fc.integer({ min: 0, max: 14 }),
      fc.constantFrom(0, 1, 2, 6, 0x7fffffff, 0xffffffff),
      fc.constantFrom(0, 1, 3, 6, 8, 26, 0x7fffffff, 0xffffffff),
    );
    // Directories that point at themselves (8), at each other, or behind the end; little and big endian; cut anywhere.
    const block = fc.record({
      little: fc.boolean(),
      entries: fc.array(entry, { maxLength: 8 }),
      claimed: fc.option(fc.nat(65535)),
      next: fc.constantFrom(0, 8, 9, 0xffffffff),
      cut: fc.option(fc.nat(120)),
      tail: fc.uint8Array({ maxLength: 40 }),
    });
    await fc.assert(
      fc.asyncProperty(
        block,
        fc.constantFrom('Exif\0\0', 'http://ns.adobe.com/xap/1.0/\0', 'ICC_PROFILE\0\x01\x01', 'Photoshop 3.0\0', 'MPF\0', ''),
        async ({ little, entries, claimed, next, cut, tail }, name) => {
          const bytes: number[] = [];
          const number = (value: number, length: number): void => {
            const parts = Array.from({ length }, (_, index) => Math.floor(value / 256 ** index) % 256);
            bytes.push(...(little ? parts : parts.reverse()));
          };
          bytes.push(...(little ? [0x49, 0x49] : [0x4d, 0x4d]));
          number(42, 2);
          number(8, 4);
          number(claimed ?? entries.length, 2);
          for (const [tag, type, count, value] of entries) {
            number(tag, 2);
            number(type, 2);
            number(count, 4);
            number(value, 4);
          }
          number(next, 4);
          const content = Uint8Array.from([...new TextEncoder().encode(name), ...bytes.slice(0, cut ?? bytes.length), ...secret, ...tail]);
          const result = await photos.prepare(
            withSegment(withSegment(plain, 0xfe, Uint8Array.from(secret)), name.startsWith('ICC') ? 0xe2 : 0xe1, content),
            'photo.jpg',
          );
          if (!result.ok) throw new Error(result.error.message);
          expect([result.photo.widthPx, result.photo.heightPx].sort()).toEqual([24, 40]);
          await expectBare(result.photo);
        },
      ),
      { numRuns: 25 },
    );
  });

  test('in PNG and WebP and behind the end of a JPEG is gone too', async () => {
    const text = new TextEncoder().encode('Comment\0SECRET');
    const png = await drawn(40, 24, 'image/png');
    const chunk = new Uint8Array(12 + text.length);
    new DataView(chunk.buffer).setUint32(0, text.length);
    chunk.set(new TextEncoder().encode('tEXt'), 4);
    chunk.set(text, 8); // Its checksum is wrong, which decoders forgive in chunks they need not know.
    await expectBare(await prepared(new Blob([png.slice(0, 33), chunk, png.slice(33)])));
    await expectBare(await prepared(new Blob([await drawn(40, 24, 'image/jpeg'), 'SECRET video of a motion photo'])));
  });
});

describe('an edit', () => {
  const quarters = (): Promise<Blob> =>
    drawn(200, 100, 'image/jpeg', (context) => {
      ['#ff0000', '#00ff00', '#0000ff', '#808080'].forEach((colour, index) => {
        context.fillStyle = colour;
        context.fillRect((index % 2) * 100, index < 2 ? 0 : 50, 100, 50);
      });
    });
  const edited = async (edit: Parameters<typeof photos.edit>[1]): Promise<PreparedPhoto> => {
    const result = await photos.edit((await prepared(await quarters())).picture, edit);
    if (!result.ok) throw new Error(result.error.message);
    return result.photo;
  };
  const colourAt = async ({ picture, widthPx, heightPx }: PreparedPhoto, x: number, y: number): Promise<number[]> => {
    const at = (Math.floor(y * heightPx) * widthPx + Math.floor(x * widthPx)) * 4;
    return [...(await pixelsOf(picture, widthPx, heightPx)).slice(at, at + 3)].map((value) => Math.round(value / 64) * 64);
  };

  test('turns, mirrors and crops as it says, and is measured again', async () => {
    const turned = await edited({ ...noEdit, quarterTurns: 1 });
    expect([turned.widthPx, turned.heightPx, turned.measures?.widthPx]).toEqual([100, 200, 100]);
    expect(await colourAt(turned, 0.75, 0.25)).toEqual([256, 0, 0]); // Top left went to the top right.
    expect(await colourAt(await edited({ ...noEdit, mirrored: true }), 0.75, 0.25)).toEqual([256, 0, 0]);
    const cropped = await edited({ ...noEdit, crop: [0.5, 0, 1, 0.5] });
    expect([cropped.widthPx, cropped.heightPx]).toEqual([100, 50]);
    expect(await colourAt(cropped, 0.5, 0.5)).toEqual([0, 256, 0]);
    await expectBare(cropped);
  });

  test('straightens without an empty corner, and doubles the light', async () => {
    const straight = await edited({ ...noEdit, straightenDegrees: 10 });
    expect([straight.widthPx, straight.heightPx]).toEqual([200, 100]);
    expect(await colourAt(straight, 0.01, 0.02)).toEqual([256, 0, 0]);
    const pixels = await pixelsOf((await edited({ ...noEdit, exposureStops: 1 })).picture, 200, 100);
    const grey = pixels[(75 * 200 + 150) * 4]!;
    expect(Math.abs(grey - 176)).toBeLessThan(4); // sRGB 128 is 0.2159 of the light; twice that is sRGB 175.6.
  });
});

test('the camera is guided by the real nets: a face looked at twice is good, one far away should come closer', async () => {
  const bitmap = await createImageBitmap(await sample());
  const frame = (share: number): Promise<ImageBitmap> => {
    const canvas = new OffscreenCanvas(480, 480);
    const context = canvas.getContext('2d')!;
    context.fillStyle = '#999';
    context.fillRect(0, 0, 480, 480);
    context.drawImage(bitmap, 240 - 240 * share, 240 - 240 * share, 480 * share, 480 * share);
    return createImageBitmap(canvas);
  };
  await photos.guide(await frame(1), 'any');
  const [again, far, empty] = [
    await photos.guide(await frame(1), 'any'),
    await photos.guide(await frame(0.4), 'any'),
    await photos.guide(await frame(0.001), 'any'),
  ];
  expect(again).toMatchObject({ ok: true });
  if (again.ok) expect(['good', 'to-the-middle', 'closer']).toContain(again.hint);
  expect(again.ok && again.faceBox).not.toBeNull();
  expect(far).toMatchObject({ ok: true, hint: 'closer' });
  expect(empty).toMatchObject({ ok: true, hint: 'no-face', faceBox: null });
});

test('what waits is cancelled, and what comes later is begun', async () => {
  const file = await drawn(64, 64, 'image/png');
  const results = Array.from({ length: 2_000 }, () => photos.prepare(file, 'a.png'));
  photos.cancelWaiting();
  const later = photos.prepare(file, 'b.png');
  const outcomes = await Promise.all(results);
  expect(outcomes.filter((result) => !result.ok && result.error.code === 'cancelled').length).toBeGreaterThanOrEqual(1_999);
  expect((await later).ok).toBe(true);
});

test('a worker that is ended answers what it was asked, and the next photo gets a new one', async () => {
  const own = new PhotoClient();
  const file = await drawn(64, 64, 'image/png');
  const asked = own.prepare(file, 'a.png');
  await new Promise((resolve) => setTimeout(resolve, 10));
  own.dispose();
  expect(await asked).toMatchObject({ ok: false, error: { code: 'cancelled' } });
  expect((await own.prepare(file, 'a.png')).ok).toBe(true);
  own.dispose();
});

describe.skipIf(malformed!.length === 0)(`malformed files (${absent})`, () => {
  test('each is answered within two seconds, and the next good file is read', async () => {
    const good = await drawn(64, 64, 'image/png');
    await prepared(good);
    await prepared(await sharedFile('heic/example.heic')); // libheif is there; fetching it is not what is timed.
    const slow: string[] = [];
    const outcomes = new Map<string, number>();
    for (const path of malformed!) {
      const file = await sharedFile(path);
      const start = performance.now();
      const result = await photos.prepare(file, path);
      const took = performance.now() - start;
      if (took > 2_000) slow.push(`${path}: ${Math.round(took)} ms`);
      const outcome = result.ok ? 'read' : result.error.code;
      outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
      if (!result.ok) expect(['photo-unreadable', 'photo-too-large']).toContain(result.error.code);
      else await expectBare(result.photo);
      const expanded = await photos.expand(file, path);
      if (!expanded.ok) throw new Error(`${path}: ${expanded.error.message}`);
      expect(expanded.kind).toBe('single');
    }
    console.log(malformed!.length, 'malformed files:', JSON.stringify([...outcomes]), 'slow:', slow.join(', '));
    expect(slow).toEqual([]);
    expect((await prepared(good)).widthPx).toBe(64);
    expect((await prepared(await sharedFile('heic/example.heic'))).widthPx).toBe(1280);
  });
});
