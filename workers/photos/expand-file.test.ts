/** @file What a dropped file is taken apart into, with the true unpacker in this thread: ZIPs in ZIPs, and the time that all of it may take. */
import { expect, test } from 'vitest';
import { expandFile, type AskDecoders } from './expand-file.ts';
import { unpackZip } from './unpack-zip.ts';
import { type Packed, photo, zip } from './zip-fixture.ts';

/** No thread of its own, so no end of it either; videos are taken apart in browsers only (`video.browser.test.ts`). */
const here: AskDecoders = {
  ask: (work) => work({ unpackZip, sampleVideo: () => Promise.reject(new Error('no video here')) } as unknown as Parameters<typeof work>[0]),
};
const expand = (entries: readonly Packed[], limitMs?: number): ReturnType<typeof expandFile> =>
  expandFile(new Blob([zip(entries)]), 'all.zip', here, () => Promise.resolve(null), limitMs);
const namesOf = (result: Awaited<ReturnType<typeof expandFile>>): readonly string[] => (result.ok ? result.files.map(({ fileName }) => fileName) : []);
const inZip = (name: string, entries: readonly Packed[]): Packed => ({ name, bytes: zip(entries) });

test('a ZIP in a ZIP is opened, one in that is told of, and a torn one harms nobody', async () => {
  const torn = zip([photo('t.jpg')]).subarray(0, 200);
  const result = await expand([
    inZip('inner.zip', [photo('b.jpg'), inZip('deeper.zip', [photo('c.jpg')])]),
    { name: 'torn.zip', bytes: torn },
    { name: 'clip.mp4', bytes: Buffer.from('\0\0\0\x18ftypisom\0\0\0\0isommp42'.padEnd(200, 'x'), 'latin1') },
    photo('a.jpg'),
    inZip('more.zip', [photo('d.jpg')]),
  ]);
  expect(namesOf(result)).toEqual(['a.jpg', 'b.jpg', 'd.jpg']);
  expect(result).toMatchObject({ stopped: { code: 'archive-too-large' } });
});

test('a ZIP of itself ends', async () => {
  let quine: Packed = photo('a.jpg');
  for (let depth = 0; depth < 12; depth++) quine = inZip('again.zip', [quine, photo(`${depth}.jpg`)]);
  const result = await expand([quine]);
  expect(namesOf(result)).toEqual(['11.jpg']);
});

test('at the end of its time it gives what it has and says why that is not all', async () => {
  const many = Array.from({ length: 400 }, (_, index) => inZip(`${index}.zip`, [photo(`${index}.jpg`)]));
  const result = await expand([photo('first.jpg'), ...many], 20);
  const names = namesOf(result);
  expect(names.length).toBeLessThan(401);
  expect(result).toMatchObject({ stopped: { code: 'archive-too-large', message: expect.stringContaining('took longer') as string } });
});
