import { readFileSync } from 'node:fs';
import { afterAll, describe, expect, test } from 'vitest';
import { describeGraphRunner } from '#models/testing/graph-runner-contract.ts';
import { buildOpCases, largestDifference, type EncodedOpCase } from '#models/testing/op-cases.ts';
import { createNodeRunner } from './ort-node-runner.ts';
import { prepareWebGpuDriver } from './webgpu-driver.ts';

const driver = prepareWebGpuDriver();
const golden = JSON.parse(readFileSync(new URL('../../models/testing/golden/ops.json', import.meta.url), 'utf8')) as EncodedOpCase[];

/** WGSL asks of sin and cos no more than an absolute error of 2^-11 within [-pi, pi], and nothing outside: never feed them a time step. */
const tolerances: Partial<Record<string, number>> = { Sin: 2 ** -11, Cos: 2 ** -11 };

test.runIf(driver.kind === 'none')('WebGPU in Node is skipped: there is no driver', ({ skip }) => {
  skip(driver.kind === 'none' ? driver.reason : '');
});

describe.skipIf(driver.kind === 'none')('every op on WebGPU in Node, no CPU fallback', () => {
  const runner = driver.kind === 'none' ? null : createNodeRunner({ backend: 'webgpu', forbidCpuFallback: true });
  afterAll(() => runner?.dispose());

  // Without shader-f16, as on the software driver, no kernel touches float16: weights are widened before they get there.
  test.each(buildOpCases(golden).filter(({ usesFloat16 }) => !usesFloat16))('$name equals PyTorch', async ({ op, graph, feeds, expected }) => {
    const compiled = await runner!.compile(graph, []);
    const results = await compiled.run(feeds);
    expected.forEach((output, i) => {
      const result = results[`y${i}`]!;
      expect([result.dtype, result.shape]).toEqual([output.dtype, output.shape]);
      expect(largestDifference(result, output)).toBeLessThan(tolerances[op] ?? 1e-4);
    });
    await compiled.dispose();
  });
});

if (driver.kind !== 'none')
  describeGraphRunner(`onnxruntime-node on WebGPU (${driver.description})`, () => createNodeRunner({ backend: 'webgpu', forbidCpuFallback: true }));
