/** @file ZIP files as people have them, and as people make them who mean harm. The archives are packed by Node's zlib and, where it is there, by Python. */
import { execFileSync } from 'node:child_process';
import { crc32, deflateRawSync } from 'node:zlib';
import fc from 'fast-check';
import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import { mostPictures, mostUnpackedBytes } from './container-limits.ts';
import { unpackZip } from './unpack-zip.ts';

const jpeg = await sharp({ create: { width: 300, height: 200, channels: 3, background: 'red', noise: { type: 'gaussian', mean: 120, sigma: 30 } } })
  .jpeg()
  .toBuffer();
const budget = { pictures: mostPictures, unpackedBytes: mostUnpackedBytes };

interface Packed {
  readonly name: string | Buffer;
  readonly bytes: Uint8Array;
  readonly method?: 0 | 8 | 14;
  readonly flags?: number;
  /** Placed here instead of behind the one before. */
  readonly offset?: number;
}

/** A ZIP as APPNOTE.TXT 4.3 lays it out. */
function zip(entries: readonly Packed[]): Buffer<ArrayBuffer> {
  const [locals, list]: [Buffer[], Buffer[]] = [[], []];
  let offset = 0;
  for (const entry of entries) {
    const name = Buffer.from(entry.name as string);
    const method = entry.method ?? 8;
    const data = method === 8 ? deflateRawSync(entry.bytes) : Buffer.from(entry.bytes);
    const common = Buffer.alloc(26);
    common.writeUInt16LE(20, 0);
    common.writeUInt16LE(entry.flags ?? 0x800, 2);
    common.writeUInt16LE(method, 4);
    common.writeUInt32LE(crc32(entry.bytes), 10);
    common.writeUInt32LE(data.length, 14);
    common.writeUInt32LE(entry.bytes.length, 18);
    common.writeUInt16LE(name.length, 22);
    const local = Buffer.concat([Buffer.from('PK\x03\x04'), common, name, data]);
    const rest = Buffer.alloc(14);
    rest.writeUInt32LE(entry.offset ?? offset, 10);
    list.push(Buffer.concat([Buffer.from('PK\x01\x02\x14\0', 'latin1'), common, rest, name]));
    locals.push(local);
    offset += local.length;
  }
  const directory = Buffer.concat(list);
  const end = Buffer.alloc(22);
  end.write('PK\x05\x06', 'latin1');
  end.writeUInt16LE(entries.length, 8);
  end.writeUInt16LE(entries.length, 10);
  end.writeUInt32LE(directory.length, 12);
  end.writeUInt32LE(offset, 16);
  return Buffer.concat([...locals, directory, end]) as Buffer<ArrayBuffer>;
}
const photo = (name: string | Buffer, more: Partial<Packed> = {}): Packed => ({ name, bytes: jpeg, ...more });
const unpack = (entries: readonly Packed[], limits = budget): ReturnType<typeof unpackZip> => unpackZip(new Blob([zip(entries)]), limits);

describe('an honest ZIP', () => {
  test('gives its pictures byte for byte, stored or deflated, and counts the rest in silence', async () => {
    const { files, skippedCount, stopped } = await unpack([
      photo('a.jpg'),
      photo('trip/b.JPG', { method: 0 }),
      { name: 'notes.txt', bytes: Buffer.from('not a picture at all, and long enough to be looked at '.repeat(10)) },
      { name: 'trip/', bytes: Buffer.alloc(0), method: 0 },
      photo('__MACOSX/trip/._b.JPG'),
      { name: 'trip/.DS_Store', bytes: Buffer.from('Bud1') },
      { name: 'clip.mp4', bytes: Buffer.from('\0\0\0\x18ftypisom\0\0\0\0isommp42'.padEnd(200, 'x'), 'latin1') },
      { name: 'inner.zip', bytes: zip([photo('c.jpg')]) },
    ]);
    expect(files.map(({ fileName, kind }) => [fileName, kind])).toEqual([
      ['a.jpg', 'picture'],
      ['b.JPG', 'picture'],
      ['clip.mp4', 'video'],
      ['inner.zip', 'zip'],
    ]);
    for (const { file } of files.slice(0, 2)) expect(Buffer.from(await file.arrayBuffer()).equals(jpeg)).toBe(true);
    expect([skippedCount, stopped]).toEqual([1, null]);
  });

  test('keeps Korean names, in UTF-8 and as old Korean Windows wrote them', async () => {
    const { files } = await unpack([photo('사진.jpg'), photo(Buffer.from([0xbb, 0xe7, 0xc1, 0xf8, 0x2e, 0x6a, 0x70, 0x67]), { flags: 0 })]);
    expect(files.map(({ fileName }) => fileName)).toEqual(['사진.jpg', '사진.jpg']);
  });

  test('may be empty', async () => {
    expect(await unpack([])).toMatchObject({ files: [], skippedCount: 0, stopped: null });
  });

  const python = (() => {
    try {
      return execFileSync('python3', ['--version']).length > 0;
    } catch {
      return false;
    }
  })();
  test.skipIf(!python)('written by Python, streamed and with 64-bit sizes, gives the same bytes (skipped without Python)', async () => {
    const script =
      'import sys, zipfile, io\nj = sys.stdin.buffer.read()\no = io.BytesIO()\n' +
      'class Pipe:\n  def write(s, b): return o.write(b)\n  def flush(s): pass\n' +
      'z = zipfile.ZipFile(Pipe(), "w", zipfile.ZIP_DEFLATED)\n' +
      'f = z.open("long.jpg", "w", force_zip64=True); f.write(j); f.close()\nz.writestr("plain.jpg", j)\nz.comment = b"PK" * 300\nz.close()\nsys.stdout.buffer.write(o.getvalue())';
    const { files } = await unpackZip(new Blob([new Uint8Array(execFileSync('python3', ['-c', script], { input: jpeg }))]), budget);
    expect(files.map(({ fileName }) => fileName)).toEqual(['long.jpg', 'plain.jpg']);
    for (const { file } of files) expect(Buffer.from(await file.arrayBuffer()).equals(jpeg)).toBe(true);
  });
});

describe('a ZIP that means harm', () => {
  test('with paths that climb out gives plain names', async () => {
    const names = ['../../etc/passwd.jpg', '/etc/cron.d/x.jpg', 'C:\\Windows\\win.jpg', 'a/../../b.jpg', 'evil\u202egpj.exe.jpg', 'nul\0.jpg', '..'];
    const { files } = await unpack(names.map((name) => photo(name)));
    expect(files.map(({ fileName }) => fileName)).toEqual(['passwd.jpg', 'x.jpg', 'win.jpg', 'b.jpg', 'evilgpj.exe.jpg', 'nul.jpg']);
  });

  test('that inflates a picture without end stops at the limit of one photo, and the next entry is taken', async () => {
    const bomb = Buffer.concat([jpeg, Buffer.alloc(200e6)]);
    const { files, stopped } = await unpack([{ name: 'bomb.jpg', bytes: bomb }, photo('good.jpg')]);
    expect(stopped).toMatchObject({ code: 'archive-too-large' });
    expect(files.map(({ fileName }) => fileName)).toEqual(['good.jpg']);
  });

  test('of zeros costs one piece of them', async () => {
    const { files, skippedCount, unpackedBytes } = await unpack([{ name: 'zeros.jpg', bytes: Buffer.alloc(300e6) }]);
    expect([files.length, skippedCount]).toEqual([0, 1]);
    expect(unpackedBytes).toBeLessThan(1e6);
  });

  test('whose entries share the same bytes is refused', async () => {
    await expect(unpack([photo('a.jpg'), photo('a.jpg', { offset: 0 })])).rejects.toMatchObject({
      code: 'archive-unreadable',
      message: expect.stringContaining('on top of each other') as string,
    });
  });

  test('stops at the number of pictures, at the bytes, and says why', async () => {
    const many = Array.from({ length: 6 }, (_, index) => photo(`${index}.jpg`));
    const few = await unpack(many, { pictures: 4, unpackedBytes: 1e9 });
    expect([few.files.length, few.stopped?.code]).toEqual([4, 'archive-too-large']);
    const small = await unpack(many, { pictures: 100, unpackedBytes: jpeg.length * 2.5 });
    expect([small.files.length, small.stopped?.code]).toEqual([2, 'archive-too-large']);
    expect(small.unpackedBytes).toBeLessThanOrEqual(jpeg.length * 2.5 + 1);
  });

  test('locked, packed in an unknown way or damaged inside tells so and gives the others', async () => {
    const damaged = zip([photo('a.jpg'), photo('b.jpg')]);
    damaged.fill(0xff, 60, 400);
    expect(await unpackZip(new Blob([damaged]), budget)).toMatchObject({ files: [{ fileName: 'b.jpg' }], stopped: { code: 'archive-unreadable' } });
    expect(await unpack([photo('a.jpg', { flags: 0x801 }), photo('b.jpg')])).toMatchObject({
      files: [{ fileName: 'b.jpg' }],
      stopped: { message: expect.stringContaining('password') as string },
    });
    expect(await unpack([photo('a.jpg', { method: 14 }), photo('b.jpg')])).toMatchObject({
      files: [{ fileName: 'b.jpg' }],
      stopped: { code: 'archive-unreadable' },
    });
  });
});

test('a ZIP cut or changed anywhere ends in files or in a reason, never in a crash', async () => {
  const whole = zip([photo('a.jpg'), photo('b.jpg', { method: 0 }), { name: 'c.txt', bytes: Buffer.from('text') }]);
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 0, max: whole.length }), fc.array(fc.tuple(fc.nat(300), fc.nat(255)), { maxLength: 8 }), async (length, changes) => {
      const broken = Buffer.from(whole.subarray(0, length));
      // The list at the end is where numbers do harm.
      for (const [back, value] of changes) if (back < broken.length) broken[broken.length - 1 - back] = value;
      const outcome = await unpackZip(new Blob([broken]), budget).catch((error: unknown) => error as { code: string });
      expect('code' in outcome ? outcome.code : outcome.files.length <= 3).toSatisfy((value: unknown) => value === 'archive-unreadable' || value === true);
    }),
    { numRuns: 150 },
  );
});
