/** The claim this project rests on: our gradients of a whole UNet are PyTorch's. */
import { afterAll, expect, test } from 'vitest';
import { createNodeRunner } from '../ort-node-runner.ts';
import { gradientCases, measureGradientErrors } from './gradient-case.ts';

const runner = createNodeRunner();
afterAll(() => runner.dispose());

test.each(gradientCases)('LoRA gradients of the UNet "%s" are those of diffusers, peft and PyTorch', async (name) => {
  const { modules, lossDifference, overall, worst } = await measureGradientErrors(runner, name);
  expect(modules).toBeGreaterThan(20);
  expect(lossDifference).toBeLessThan(1e-5);
  expect(overall).toBeLessThan(1e-5);
  expect(worst).toBeLessThan(1e-4);
});
