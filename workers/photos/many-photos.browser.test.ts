/** @file Speed and memory over many photos, on the data beside the repository. VITE_PHOTO_COUNT=500 repeats the measurement that the README states. */
import { afterAll, expect, test } from 'vitest';
import { commands } from 'vitest/browser';
import { PhotoClient } from '../client/photo-client.ts';
import { sharedFile } from '../../src/tests/photo-files.ts';

const photos = new PhotoClient();
afterAll(() => photos.dispose());

const people = (await commands.listShared('people')).filter((path) => /^people\/[a-z]+\/[^/]+\.(jpg|png|webp)$/.test(path));
const count = Number(import.meta.env['VITE_PHOTO_COUNT'] ?? 60);

test.skipIf(people.length < 25)(
  `${count} photos one after another: every one is looked at, and memory stays as it is (skipped without ../shared/data)`,
  { timeout: 900_000 },
  async () => {
    const files = await Promise.all(people.slice(0, 50).map(sharedFile));
    const start = performance.now();
    const bytes: number[] = [];
    const marks: number[] = [];
    let withFace = 0;
    for (let index = 0; index < count; index++) {
      const result = await photos.prepare(files[index % files.length]!, 'photo');
      if (!result.ok) throw new Error(result.error.message);
      if ((result.photo.faceCount ?? 0) > 0) withFace++;
      marks.push(performance.now() - start);
      if ((index + 1) % 10 === 0) bytes.push((await commands.browserBytes()) ?? 0);
    }
    const megabytes = bytes.map((value) => Math.round(value / 1e6));
    console.log(
      `first photo ${Math.round(marks[0]!)} ms, 25 photos ${Math.round(marks[24]!)} ms, ${count} photos ${Math.round(marks.at(-1)!)} ms; MB after every tenth: ${megabytes.join(' ')}`,
    );
    expect(withFace / count).toBeGreaterThan(0.97);
    // After the first 20 everything is loaded. Garbage comes and goes: 100 MB is 2 photos of 12 megapixels.
    if (megabytes[0]! > 0) expect(Math.min(...megabytes.slice(-3)) - Math.min(...megabytes.slice(1, 4))).toBeLessThan(100);
  },
);
