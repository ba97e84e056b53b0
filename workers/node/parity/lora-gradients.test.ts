/** The claim this project rests on: our gradients of a whole UNet are PyTorch's. */
import { afterAll, expect, test } from 'vitest';
import { createNodeRunner } from '../ort-node-runner.ts';
import { gradientCases, measureGradientErrors } from './gradient-case.ts';

const runner = createNodeRunner();
afterAll(() => runner.dispose());

const budgets = [
  { memory: 'without limit', bytes: Infinity },
  { memory: 'block by block', bytes: 0 },
] as const;

test.each(gradientCases.flatMap((name) => budgets.map((budget) => ({ name, ...budget }))))(
  'LoRA gradients of the UNet "$name" are those of diffusers, peft and PyTorch, $memory',
  async ({ name, bytes }) => {
    const { modules, graphs, lossDifference, overall, worst } = await measureGradientErrors(runner, name, bytes);
    expect(modules).toBeGreaterThan(20);
    if (bytes === Infinity) expect(graphs).toBe(1);
    else expect(graphs).toBeGreaterThan(10);
    expect(lossDifference).toBeLessThan(1e-5);
    expect(overall).toBeLessThan(1e-5);
    expect(worst).toBeLessThan(1e-4);
  },
);
