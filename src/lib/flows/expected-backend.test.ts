import { expect, test } from 'vitest';
import { expectedBackend } from './expected-backend.ts';

const offering = (adapter: { readonly isSoftware: boolean } | null) => ({
  adapter: adapter === null ? null : { description: 'an adapter', ...adapter },
  hasWasm: true,
  threads: 4,
});

test('a real graphics card works, the processor where there is none or only one in disguise', () => {
  expect(expectedBackend('auto', offering({ isSoftware: false }), null)).toBe('webgpu');
  expect(expectedBackend('auto', offering({ isSoftware: true }), null)).toBe('wasm');
  expect(expectedBackend('auto', offering(null), null)).toBe('wasm');
});

test('what was chosen counts most, then what did the work when it was measured: a card may have failed the self-test', () => {
  expect(expectedBackend('webgpu', offering(null), 'wasm')).toBe('webgpu');
  expect(expectedBackend('wasm', offering({ isSoftware: false }), 'webgpu')).toBe('wasm');
  expect(expectedBackend('auto', offering({ isSoftware: false }), 'wasm')).toBe('wasm');
});
