import { test } from 'vitest';
import { describeIdentityNets } from './identity-nets-contract.ts';
import { createNodeRunner } from './ort-node-runner.ts';
import { prepareWebGpuDriver } from './webgpu-driver.ts';

const driver = prepareWebGpuDriver();

test.runIf(driver.kind === 'none')('the identity and age nets on WebGPU are skipped: there is no driver', ({ skip }) => {
  skip(driver.kind === 'none' ? driver.reason : '');
});

if (driver.kind !== 'none')
  describeIdentityNets('the identity and age nets on WebGPU, no CPU fallback', () => createNodeRunner({ backend: 'webgpu', forbidCpuFallback: true }));
