import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { visionCards } from './cards.ts';

test.each(visionCards)('the card of $id describes the file that is there', ({ file, sizeBytes, digest }) => {
  const bytes = readFileSync(new URL(file, import.meta.url));
  expect(bytes.length).toBe(sizeBytes);
  expect(createHash('sha256').update(bytes).digest('hex')).toBe(digest);
});

test('no weight file is without a card', () => {
  const files = readdirSync(new URL('weights/', import.meta.url)).map((name) => `weights/${name}`);
  expect(files.sort()).toEqual(visionCards.map(({ file }) => file).sort());
});
