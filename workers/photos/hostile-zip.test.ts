/** @file ZIP files as people make them who mean harm, and as damage makes them. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { unpackZip } from './unpack-zip.ts';
import { fullBudget, jpeg, photo, unpack, zip } from './zip-fixture.ts';

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
    expect(small.unpackedBytes).toBeLessThanOrEqual(jpeg.length * 2.5 + 2 ** 16); // The piece that went over.
  });

  test('locked, packed in an unknown way or damaged inside tells so and gives the others', async () => {
    const damaged = zip([photo('a.jpg'), photo('b.jpg')]);
    damaged.fill(0xff, 60, 400);
    expect(await unpackZip(new Blob([damaged]), fullBudget)).toMatchObject({ files: [{ fileName: 'b.jpg' }], stopped: { code: 'archive-unreadable' } });
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

describe('a ZIP that lies', () => {
  test('about a size, in an entry that cannot be opened, costs the photos behind it nothing', async () => {
    const locked = photo('film.mp4', { flags: 0x801, claims: { unpackedBytes: 0xfffffff0 } });
    const { files, stopped } = await unpack([locked, photo('a.jpg'), photo('b.jpg')]);
    expect(files.map(({ fileName }) => fileName)).toEqual(['a.jpg', 'b.jpg']);
    expect(stopped).toMatchObject({ code: 'archive-unreadable', message: expect.stringContaining('password') as string });
  });

  test('about a size, in an entry that is fine, gives what is there, not what is claimed', async () => {
    for (const unpackedBytes of [0, 1, 0xfffffff0]) {
      const { files } = await unpack([photo('a.jpg', { claims: { unpackedBytes } })]);
      expect(Buffer.from(await files[0]!.file.arrayBuffer()).equals(jpeg)).toBe(true);
    }
  });

  test('with sizes of 64 bits that no file has is refused', async () => {
    const huge = Buffer.alloc(20);
    huge.writeUInt16LE(1, 0);
    huge.writeUInt16LE(16, 2);
    for (const value of [2n ** 40n, 2n ** 63n, 2n ** 64n - 1n]) {
      huge.writeBigUInt64LE(value, 4);
      huge.writeBigUInt64LE(value, 12);
      await expect(unpack([photo('a.jpg', { claims: { packedBytes: 0xffffffff, unpackedBytes: 0xffffffff }, extra: huge })])).rejects.toMatchObject({
        code: 'archive-unreadable',
      });
    }
    // Cut off in the middle of its numbers, and one that says it is longer than the list.
    for (const extra of [huge.subarray(0, 9), Buffer.from([1, 0, 0xff, 0xff])])
      await expect(unpack([photo('a.jpg', { claims: { packedBytes: 0xffffffff }, extra })])).rejects.toMatchObject({ code: 'archive-unreadable' });
  });

  test('with a list of 64 bits that lies behind the end is refused', async () => {
    const whole = zip([photo('a.jpg')]);
    const locator = Buffer.alloc(20);
    locator.write('PK\x06\x07', 'latin1');
    for (const value of [0n, 2n ** 40n, 2n ** 64n - 1n]) {
      locator.writeBigUInt64LE(value, 8);
      const end = Buffer.from(whole.subarray(-22));
      end.writeUInt32LE(0xffffffff, 16);
      await expect(unpackZip(new Blob([whole.subarray(0, -22), locator, end]), fullBudget)).rejects.toMatchObject({ code: 'archive-unreadable' });
    }
  });

  test('in its comment, which holds an end of its own, is read by the true end', async () => {
    const comment = Buffer.concat([Buffer.from('before '), zip([]), Buffer.from(' and behind')]);
    const { files } = await unpackZip(new Blob([zip([photo('a.jpg')], comment)]), fullBudget);
    expect(files.map(({ fileName }) => fileName)).toEqual(['a.jpg']);
  });

  test('about a packing that needs a password or another program says so, and entries of no bytes are no pictures', async () => {
    const { files, skippedCount, stopped } = await unpack([
      { name: 'empty.jpg', bytes: Buffer.alloc(0) },
      { name: 'nothing.jpg', bytes: Buffer.alloc(0), method: 0 },
      photo('good.jpg'),
      photo('windows.jpg', { method: 9 }),
      photo('locked.jpg', { method: 99, flags: 0x801 }),
    ]);
    expect([files.map(({ fileName }) => fileName), skippedCount]).toEqual([['good.jpg'], 2]);
    expect(stopped).toMatchObject({ code: 'archive-unreadable', message: expect.stringContaining('not known here') as string });
  });
});

test('whatever bytes a name has, what is shown is one line of at most 120 letters without a folder', async () => {
  const name = fc.uint8Array({ minLength: 1, maxLength: 300 });
  await fc.assert(
    fc.asyncProperty(fc.array(fc.tuple(name, fc.boolean()), { minLength: 1, maxLength: 4 }), async (names) => {
      const { files, stopped } = await unpack(names.map(([bytes, isUtf8]) => photo(Buffer.from(bytes), { flags: isUtf8 ? 0x800 : 0 })));
      expect(stopped).toBeNull();
      for (const { fileName } of files) {
        expect(fileName).not.toMatch(/[\p{Cc}\p{Cf}\p{Cs}/\\]/u);
        expect([...fileName].length).toBeLessThanOrEqual(120);
      }
    }),
    { numRuns: 60 },
  );
  const emoji = await unpack([photo('😀'.repeat(70) + 'x.jpg'), photo(Buffer.from('caf\xe9.jpg', 'latin1'), { flags: 0 })]);
  expect(emoji.files.map(({ fileName }) => fileName)).toEqual(['😀'.repeat(70) + 'x.jpg', 'café.jpg']);
});

test('a ZIP cut or changed anywhere ends in files or in a reason, never in a crash', async () => {
  const whole = zip([photo('a.jpg'), photo('b.jpg', { method: 0 }), { name: 'c.txt', bytes: Buffer.from('text') }]);
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 0, max: whole.length }), fc.array(fc.tuple(fc.nat(300), fc.nat(255)), { maxLength: 8 }), async (length, changes) => {
      const broken = Buffer.from(whole.subarray(0, length));
      // The list at the end is where numbers do harm.
      for (const [back, value] of changes) if (back < broken.length) broken[broken.length - 1 - back] = value;
      const outcome = await unpackZip(new Blob([broken]), fullBudget).catch((error: unknown) => error as { code: string });
      expect('code' in outcome ? outcome.code : outcome.files.length <= 3).toSatisfy((value: unknown) => value === 'archive-unreadable' || value === true);
    }),
    { numRuns: 150 },
  );
});
