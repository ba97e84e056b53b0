import { expect, test } from 'vitest';
import { addressBeginnings, parseHub, parseModelAddress } from './model-address.ts';

const hub = 'https://mirror.example.org/hf';

test.each([
  ['nota-ai/bk-sdm-tiny', { kind: 'hub', base: hub, repo: 'nota-ai/bk-sdm-tiny', revision: 'main' }],
  [' https://huggingface.co/nota-ai/bk-sdm-tiny ', { kind: 'hub', base: 'https://huggingface.co', repo: 'nota-ai/bk-sdm-tiny', revision: 'main' }],
  ['https://huggingface.co/a/b/tree/refs%2Fpr%2F1', { kind: 'hub', base: 'https://huggingface.co', repo: 'a/b', revision: 'refs/pr/1' }],
  ['https://mirror.example.org/hf/a/b', { kind: 'hub', base: hub, repo: 'a/b', revision: 'main' }],
  ['https://example.org/models/mine', { kind: 'address', folder: 'https://example.org/models/mine/' }],
  ['https://example.org/models/mine/model_index.json?download=1', { kind: 'address', folder: 'https://example.org/models/mine/' }],
  ['http://localhost:8080/m/', { kind: 'address', folder: 'http://localhost:8080/m/' }],
])('%s', (typed, source) => {
  expect(parseModelAddress(typed, hub)?.source).toEqual(source);
});

test.each(['', 'a', 'a/b/c', 'http://example.org/m', 'javascript:alert(1)', 'file:///home', '../../etc'])('%s is no address of a model', (typed) => {
  expect(parseModelAddress(typed, hub)).toBeNull();
});

test('a hub is an encrypted address without a query, stored without a slash at its end', () => {
  expect(parseHub('https://mirror.example.org/hf/ ')).toBe(hub);
  for (const wrong of ['mirror', 'http://mirror.example.org', 'https://a.org/?q=1']) expect(parseHub(wrong)).toBeNull();
});

test('the ribbon is told the beginnings of a model’s addresses and no shorter ones', () => {
  expect(addressBeginnings({ kind: 'hub', base: hub, repo: 'a/b', revision: 'main' })).toEqual([`${hub}/a/b/resolve/`, `${hub}/api/models/a/b/tree/`]);
});
