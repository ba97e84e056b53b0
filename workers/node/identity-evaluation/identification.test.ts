import { mkdirSync, mkdtempSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { normalise } from '#models/vision/face-embedding.ts';
import { identificationRows } from './identification.ts';
import type { KnownFace } from './known-face.ts';
import { listDrawn } from './people.ts';

const face = (person: string, faceRes: readonly number[], dlib: readonly number[]): KnownFace => ({
  person,
  embeddings: { FaceRes: normalise(Float32Array.from(faceRes)), dlib: normalise(Float32Array.from(dlib)) },
  faceResYears: 30,
  netYears: 30,
  womanBelief: 0.5,
});

test('a face is named after the nearest mean, by each net for itself', () => {
  // FaceRes lays ada along x and ben along y, dlib the other way round.
  const gallery = [face('ada', [1, 0.1], [0.1, 1]), face('ada', [1, -0.1], [-0.1, 1]), face('ben', [0, 1], [1, 0])];
  const drawn = [
    face('ada', [1, 0], [0, 1]), // both are right, with a margin of 1
    face('ada', [0.8, 0.6], [0.8, 0.6]), // FaceRes is right by 0.2, dlib takes her for ben by as much
    face('ben', [0.6, 0.8], [0.6, 0.8]), // the same with ben
  ];
  expect(identificationRows('drawn', gallery, drawn)).toEqual([
    '| FaceRes | drawn | 3 of 3, 100 % | 0.867 (lowest 0.800) | 0.400 (highest 0.600) | 0.200 |',
    '| dlib | drawn | 1 of 3, 33 % | 0.733 (lowest 0.600) | 0.533 (highest 0.800) | -0.200 |',
  ]);
});

/** A folder of empty files, and of links to folders. */
function folderOf(files: readonly string[]): string {
  const root = mkdtempSync(join(tmpdir(), 'likeness-drawn-'));
  for (const file of files) {
    mkdirSync(join(root, file, '..'), { recursive: true });
    writeFileSync(join(root, file), '');
  }
  return root;
}

test('drawn pictures are found in the folders of a person, all of them or one drawing', async () => {
  const root = folderOf(['ada/first/white/2.png', 'ada/first/white/10.png', 'ada/second/1.png', 'ben/first/1.png', 'ben/notes.txt', 'read.me']);
  const names = async (within: string | null) =>
    (await listDrawn(root, within, ['ada', 'ben'])).map(({ person, file }) => [person, file.slice(root.length + 1)]);
  expect(await names('first')).toEqual([
    ['ada', 'ada/first/white/2.png'],
    ['ada', 'ada/first/white/10.png'],
    ['ben', 'ben/first/1.png'],
  ]);
  expect(await names('second')).toEqual([['ada', 'ada/second/1.png']]);
  expect(await names(null)).toHaveLength(4);
  const linked = folderOf([]);
  symlinkSync(join(root, 'ada'), join(linked, 'ada'));
  expect(await listDrawn(linked, null, ['ada'])).toHaveLength(3);
});

test('somebody who was drawn and has no photos, and a folder without pictures, are refused', async () => {
  const root = folderOf(['ada/1.png', 'zoe/1.png']);
  await expect(listDrawn(root, null, ['ada'])).rejects.toMatchObject({ code: 'usage', message: 'zoe was drawn and has no photos' });
  await expect(listDrawn(root, 'third', ['ada', 'zoe'])).rejects.toMatchObject({
    code: 'usage',
    message: expect.stringContaining('no drawn pictures') as string,
  });
});
