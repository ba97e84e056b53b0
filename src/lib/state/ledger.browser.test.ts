/** @file What counts as sent, byte for byte. */
import { expect, test } from 'vitest';
import { bytesOfBody } from './ledger.svelte.ts';

test.each([
  ['nothing', null, 0],
  ['text, in UTF-8', '얼굴', 6],
  ['a picture', new Blob([new Uint8Array(1000)]), 1000],
  ['a view of bytes', new Uint8Array(16).subarray(4), 12],
  ['a buffer', new ArrayBuffer(8), 8],
  ['fields of an address', new URLSearchParams({ a: 'b' }), 3],
])('%s', (_name, body, bytes) => {
  expect(bytesOfBody(body)).toBe(bytes);
});

test('a form counts its names and files', () => {
  const form = new FormData();
  form.append('photo', new Blob(['12345']));
  expect(bytesOfBody(form)).toBe('photo'.length + 5);
});

test('a stream counts, though its length is unknown', () => {
  expect(bytesOfBody(new ReadableStream())).toBeGreaterThan(0);
});
