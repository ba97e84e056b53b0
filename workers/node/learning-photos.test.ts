/** @file What training takes from a folder of photos. */
import { copyFileSync, existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { listPhotoFiles, readLearningPhotos } from './learning-photos.ts';
import { createNodeRunner } from './ort-node-runner.ts';

const heic = new URL('../../../shared/data/heic/example.heic', import.meta.url);
const folders: string[] = [];
const folder = (): string => {
  const made = mkdtempSync(join(tmpdir(), 'likeness-photos-'));
  folders.push(made);
  return made;
};
afterEach(() => folders.splice(0).forEach((each) => rmSync(each, { recursive: true })));

test('a folder gives its photos in the order of their names, HEIC too, and nothing else', async () => {
  const path = folder();
  for (const name of ['10.JPG', '2.heic', 'notes.txt', '.hidden.jpg', '3.heif']) writeFileSync(join(path, name), '');
  expect((await listPhotoFiles(path)).map((file) => basename(file))).toEqual(['2.heic', '3.heif', '10.JPG']);
});

test.skipIf(!existsSync(heic))('a HEIC is learned from like the others, and a torn file costs them nothing (skipped without ../shared/data/heic)', async () => {
  const path = folder();
  copyFileSync(heic, join(path, '1.heic'));
  copyFileSync(new URL('../../static/samples/ada/01.jpg', import.meta.url), join(path, '2.jpg'));
  writeFileSync(join(path, '3.jpg'), 'torn');
  const runner = createNodeRunner();
  const { photos, refused } = await readLearningPhotos(runner, await listPhotoFiles(path), false);
  await runner.dispose();
  expect(photos.map(({ picture, faceBox }) => [Math.min(picture.widthPx, picture.heightPx), faceBox !== null])).toEqual([
    [expect.any(Number), false], // a coast, without a face
    [512, true],
  ]);
  expect(refused).toMatchObject([{ file: expect.stringContaining('3.jpg'), code: 'photo-unreadable' }]);
});
