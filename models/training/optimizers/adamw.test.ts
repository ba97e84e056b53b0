import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { warmupCosine } from '../learning-rate.ts';
import { AdamW, clipGlobalNorm } from './adamw.ts';

interface Golden {
  readonly start: readonly number[][];
  readonly steps: readonly {
    readonly gradients: readonly number[][];
    readonly norm: number;
    readonly learningRate: number;
    readonly parameters: readonly number[][];
  }[];
}
const golden = JSON.parse(readFileSync(new URL('../../testing/golden/optimizer.json', import.meta.url), 'utf8')) as Golden;
const named = (values: readonly (readonly number[])[]): Map<string, Float32Array> =>
  new Map(values.map((list, i) => [`parameter-${i}`, Float32Array.from(list)]));

test('eight clipped updates with warm-up and cosine are those of PyTorch and transformers', () => {
  const parameters = named(golden.start);
  const optimizer = new AdamW();
  golden.steps.forEach((step, index) => {
    const gradients = named(step.gradients);
    expect(clipGlobalNorm(gradients, 1)).toBeCloseTo(step.norm, 4);
    const learningRate = warmupCosine({ peak: 0.02, warmupSteps: 2, totalSteps: 8 }, index);
    expect(learningRate).toBeCloseTo(step.learningRate, 9);
    optimizer.update(parameters, gradients, learningRate);
    for (const [name, expected] of named(step.parameters)) {
      parameters.get(name)!.forEach((value, i) => expect(value).toBeCloseTo(expected[i]!, 5));
    }
  });
});

test('an optimizer restored from its moments goes on exactly as one that never stopped', () => {
  const whole = named(golden.start);
  const parts = named(golden.start);
  const uninterrupted = new AdamW();
  let resumed = new AdamW();
  golden.steps.forEach(({ gradients }, index) => {
    uninterrupted.update(whole, named(gradients), 0.01);
    resumed.update(parts, named(gradients), 0.01);
    if (index === 3) resumed = new AdamW(resumed.options, { moments: structuredClone(resumed.moments), steps: resumed.steps });
  });
  expect([...parts.values()]).toEqual([...whole.values()]);
});
