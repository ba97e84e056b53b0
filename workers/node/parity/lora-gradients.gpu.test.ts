/** The same claim on WebGPU, with no operator falling back to the CPU. */
import { afterAll, describe, expect, test } from 'vitest';
import { createNodeRunner } from '../ort-node-runner.ts';
import { prepareWebGpuDriver } from '../webgpu-driver.ts';
import { gradientCases, measureGradientErrors } from './gradient-case.ts';

const driver = prepareWebGpuDriver();

describe.skipIf(driver.kind === 'none')('on WebGPU in Node', () => {
  const runner = driver.kind === 'none' ? null : createNodeRunner({ backend: 'webgpu', forbidCpuFallback: true });
  afterAll(() => runner?.dispose());

  test.each(gradientCases)('LoRA gradients of the UNet "%s" are those of diffusers, peft and PyTorch', async (name) => {
    const { lossDifference, overall, worst } = await measureGradientErrors(runner!, name);
    console.log(name, { lossDifference, overall, worst });
    expect(lossDifference).toBeLessThan(1e-3);
    expect(overall).toBeLessThan(1e-3);
    expect(worst).toBeLessThan(1e-3);
  });
});
