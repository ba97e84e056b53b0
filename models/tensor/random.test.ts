import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { MersenneTwister } from './mersenne-twister.ts';
import { TorchRandom } from './random.ts';

interface Ends {
  every97: number[];
  last20: number[];
  sum: number;
}
interface Golden {
  normal: { seed: number; size: number; values: number[] | Ends }[];
  mixed: { seed: number; calls: [kind: string, argument: number, values: number[]][] }[];
}
const golden = JSON.parse(readFileSync(new URL('../testing/golden/random.json', import.meta.url), 'utf8')) as Golden;

// 1e-6 (8.4e-7 is the largest difference measured, torch 2.15 on AVX-512): PyTorch's AVX2 and AVX-512 fills approximate log, sin and cos, so exact equality would bind us to one processor.
function expectClose(actual: ArrayLike<number>, expected: ArrayLike<number>, tolerance = 1e-6): void {
  expect(actual.length).toBe(expected.length);
  for (let index = 0; index < expected.length; index++) {
    const bound = tolerance * Math.max(1, Math.abs(expected[index]!));
    expect(Math.abs(actual[index]! - expected[index]!), `element ${index}`).toBeLessThanOrEqual(bound);
  }
}

test('the twister gives the numbers of the reference implementation for seed 5489', () => {
  const twister = new MersenneTwister(5489);
  expect([twister.next(), twister.next(), twister.next()]).toEqual([3499211612, 581869302, 3890346734]);
  for (let drawn = 3; drawn < 9999; drawn++) twister.next();
  expect(twister.next()).toBe(4123659995); // the 10,000th, as the C++ standard demands of std::mt19937
});

test.each(golden.normal)('$size normals of seed $seed are those of torch.randn', ({ seed, size, values }) => {
  const ours = new TorchRandom(seed).normal(size);
  if (Array.isArray(values)) return expectClose(ours, values);
  expectClose(
    ours.filter((_, index) => index % 97 === 0),
    values.every97,
  );
  expectClose(ours.slice(-20), values.last20);
  expect(ours.reduce((sum, value) => sum + value, 0)).toBeCloseTo(values.sum, 3);
});

test.each(golden.mixed)('calls of every kind, mixed, follow torch for seed $seed', ({ seed, calls }) => {
  const random = new TorchRandom(seed);
  const drawBy: Record<string, (argument: number, count: number) => ArrayLike<number>> = {
    randn: (count) => random.normal(count),
    rand: (count) => random.uniform(count),
    randint: (below, count) => random.integers(below, count),
    randperm: (count) => random.permutation(count),
  };
  for (const [kind, argument, values] of calls) expectClose(drawBy[kind]!(argument, values.length), values);
});

test('a saved state goes on with the same numbers, the waiting normal included', () => {
  const random = new TorchRandom(7);
  random.normal(3);
  random.uniform(1000);
  const restored = TorchRandom.restore(structuredClone(random.save()));
  const continued = [...random.normal(5), ...random.normal(33), ...random.integers(10, 700)];
  expect([...restored.normal(5), ...restored.normal(33), ...restored.integers(10, 700)]).toEqual(continued);
  expect(new TorchRandom(7).normal(5)).not.toEqual(new TorchRandom(8).normal(5));
});
