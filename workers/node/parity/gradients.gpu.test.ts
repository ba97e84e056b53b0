import { test } from 'vitest';
import { describeGradients } from '#models/testing/finite-differences/describe-gradients.ts';
import { createNodeRunner } from '../ort-node-runner.ts';
import { prepareWebGpuDriver } from '../webgpu-driver.ts';

const driver = prepareWebGpuDriver();

test.runIf(driver.kind === 'none')('gradients on WebGPU are skipped: there is no driver', ({ skip }) => {
  skip(driver.kind === 'none' ? driver.reason : '');
});

// WGSL asks of sin and cos no more than an absolute error of 2^-11; everything else is far below.
if (driver.kind !== 'none')
  describeGradients(`WebGPU (${driver.description}), no CPU fallback`, () => createNodeRunner({ backend: 'webgpu', forbidCpuFallback: true }), 1e-3);
