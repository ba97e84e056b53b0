import { expect, test } from 'vitest';
import { catalog } from '#models/catalog/index.ts';
import { lighterModel } from './lighter-model.ts';

test('the way on is the largest model of the list that fits, never the one that does not', () => {
  expect(lighterModel(3 * 2 ** 30, 'realistic-vision-5.1')).toBe('bk-sdm-small');
  expect(lighterModel(2.5e9, 'realistic-vision-5.1')).toBe('bk-sdm-tiny');
  expect(lighterModel(2.5e9, 'bk-sdm-tiny')).toBe('sdxs-dreamshaper');
  expect(lighterModel(1e9, 'bk-sdm-tiny')).toBe('builtin');
  const large = lighterModel(64e9, 'my own');
  expect(catalog[large].memoryGb?.learn).toBe(Math.max(...Object.values(catalog).map(({ memoryGb }) => memoryGb?.learn ?? 0)));
});
