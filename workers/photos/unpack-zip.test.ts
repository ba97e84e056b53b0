/** @file ZIP files as people have them. The archives are packed by Node's zlib and, where it is there, by Python. */
import { execFileSync } from 'node:child_process';
import { describe, expect, test } from 'vitest';
import { unpackZip } from './unpack-zip.ts';
import { fullBudget, jpeg, photo, unpack, zip } from './zip-fixture.ts';

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
    const { files } = await unpackZip(new Blob([new Uint8Array(execFileSync('python3', ['-c', script], { input: jpeg }))]), fullBudget);
    expect(files.map(({ fileName }) => fileName)).toEqual(['long.jpg', 'plain.jpg']);
    for (const { file } of files) expect(Buffer.from(await file.arrayBuffer()).equals(jpeg)).toBe(true);
  });
});
