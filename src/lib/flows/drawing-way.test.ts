import { expect, test } from 'vitest';
import { drawingTerms, fastWaysOf, givenBy } from './drawing-way.ts';

const settings = { likenessId: 'l', likenessWeight: 0.8, fast: null, given: null, steps: 20 };
const likeness = { kind: 'likeness', id: 'l', weight: 0.8 };

test('full quality draws with the likeness alone and the steps that were set', () => {
  expect(drawingTerms(settings)).toEqual({ likenessId: 'l', loras: [likeness], scheduler: 'dpm-solver-multistep', steps: 20, timestepSpacing: null });
});

test.each([
  ['lcm-lora-sd15', { scheduler: 'lcm', steps: 4, timestepSpacing: null }],
  ['hyper-sd15-8', { scheduler: 'ddim', steps: 8, timestepSpacing: 'trailing' }],
])('%s draws beside the likeness as its makers say, without guidance', (id, terms) => {
  const [fast] = fastWaysOf([id]);
  expect(fast!.guidance).toBe(1);
  expect(drawingTerms({ ...settings, fast: fast!, given: fast! })).toEqual({
    likenessId: 'l',
    loras: [likeness, { kind: 'acceleration', id, weight: 1 }],
    ...terms,
  });
});

test('a model of one step draws in one step with its own scheduler', () => {
  const given = givenBy('sdxs-dreamshaper');
  expect(drawingTerms({ ...settings, given })).toMatchObject({ loras: [likeness], scheduler: null, steps: 1 });
});

test('models that were taught nothing of the kind give nothing, and neither does one that nobody knows', () => {
  for (const id of ['builtin', 'realistic-vision-5.1', 'taesd', 'own-1']) expect(givenBy(id), id).toBeNull();
  expect(fastWaysOf(['own-1', 'taesd'])).toEqual([]);
});
