import { expect, test } from 'vitest';
import { catalog } from '#models/catalog/index.ts';
import { lighterModel } from './lighter-model.ts';

test('the way on is the largest model of the list that fits, never the one that does not', () => {
  expect(lighterModel(3.2e9, 'webgpu', 'realistic-vision-5.1')).toBe('bk-sdm-small');
  expect(lighterModel(2.5e9, 'webgpu', 'realistic-vision-5.1')).toBe('bk-sdm-tiny');
  expect(lighterModel(2.5e9, 'webgpu', 'bk-sdm-tiny')).toBe('sdxs-dreamshaper');
  expect(lighterModel(1e9, 'webgpu', 'bk-sdm-tiny')).toBe('builtin');
  const large = lighterModel(64e9, 'webgpu', 'my own');
  expect(catalog[large].memoryGb?.webgpu.learn).toBe(Math.max(...Object.values(catalog).map(({ memoryGb }) => memoryGb?.webgpu.learn ?? 0)));
});

test('a graphics card holds more than the processor does for the same model', () => {
  expect(lighterModel(3.1e9, 'wasm', 'realistic-vision-5.1')).toBe('bk-sdm-small');
  expect(lighterModel(3.1e9, 'webgpu', 'realistic-vision-5.1')).toBe('bk-sdm-tiny');
});
