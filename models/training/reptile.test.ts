import { describe, expect, it } from 'vitest';
import type { LoraFactors } from '../lora/lora-weights.ts';
import { tensor } from '../tensor/tensor.ts';
import { moveTowards } from './reptile.ts';

function factors(down: readonly number[], up: readonly number[]): LoraFactors {
  return { down: tensor('float32', [1, down.length], new Float32Array(down)), up: tensor('float32', [up.length, 1], new Float32Array(up)), scale: 1 };
}

describe('moveTowards', () => {
  const start = new Map([['a', factors([0, 4], [1])]]);
  const learned = new Map([['a', factors([2, 0], [3])]]);

  it('goes the share of the way in both factors', () => {
    const moved = moveTowards(start, learned, 0.25).get('a')!;
    expect([...moved.down.data]).toEqual([0.5, 3]);
    expect([...moved.up.data]).toEqual([1.5]);
  });

  it('changes neither of the two', () => {
    moveTowards(start, learned, 1);
    expect([...start.get('a')!.down.data, ...learned.get('a')!.down.data]).toEqual([0, 4, 2, 0]);
  });

  it('settles where the tasks agree: on a quadratic for each task, at the mean of their minima', () => {
    const minima = [1, 2, 6];
    let point = new Map([['a', factors([10], [10])]]);
    for (let round = 0; round < 600; round++) {
      const minimum = minima[round % minima.length]!;
      // Two gradient steps of half the distance on (x - minimum)^2: what a short inner run does.
      const inner = (value: number): number => minimum + 0.25 * (value - minimum);
      const { down, up } = point.get('a')!;
      point = moveTowards(point, new Map([['a', factors([inner(down.data[0]!)], [inner(up.data[0]!)])]]), 0.2 * (1 - round / 600));
    }
    expect(point.get('a')!.down.data[0]).toBeCloseTo(3, 1);
    expect(point.get('a')!.up.data[0]).toBeCloseTo(3, 1);
  });
});
