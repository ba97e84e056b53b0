import { expect, test } from 'vitest';
import { AppError } from '#models/errors/app-error.ts';
import { zeros } from '#models/tensor/tensor.ts';
import { describeGraphRunner } from '#models/testing/graph-runner-contract.ts';
import { largestDifference } from '#models/testing/op-cases.ts';
import { describeOps, opCases as cases } from './describe-ops.ts';
import { requestWebGpuDevice } from './device.ts';
import { MemoryBudget } from './memory-budget.ts';
import { openWebGpu } from './open-webgpu.ts';
import type { OrtGraphRunner } from './ort-graph-runner.ts';
import { createWebGpuRunner } from './ort-web-runner.ts';

async function webGpuRunner(): Promise<OrtGraphRunner> {
  const gpu = await requestWebGpuDevice({ subgroups: false });
  return createWebGpuRunner({ gpu, forbidCpuFallback: true });
}

describeOps(
  'every op on WebGPU, no CPU fallback',
  webGpuRunner,
  cases.filter(({ usesFloat16 }) => !usesFloat16),
);
describeGraphRunner('onnxruntime-web on WebGPU', webGpuRunner);

test('the self-test finds the wrong attention kernel of an adapter with small subgroups and opens a runner that is right', async () => {
  const { runner, gpu, selfTest } = await openWebGpu();
  const plain = selfTest.filter(({ name }) => !name.startsWith('fused attention'));
  expect(plain.length).toBeGreaterThan(5);
  expect(plain.filter(({ passed }) => !passed)).toEqual([]);
  // The software adapter is such an adapter: there the first try fails and the second, without subgroups, is right.
  if (gpu.isSoftware)
    expect(selfTest.slice(0, 2).map(({ name, passed }) => [name, passed])).toEqual([
      ['fused attention', false],
      ['fused attention without subgroups', true],
    ]);
  const { graph, feeds, expected } = cases.find(({ op }) => op === 'MultiHeadAttention')!;
  const compiled = await runner.compile(graph, []);
  expect(largestDifference((await compiled.run(feeds))['y0']!, expected[0]!)).toBeLessThan(1e-4);
  await runner.dispose();
});

test('weights are counted while they are on the device, and a limit refuses more', async () => {
  const budget = new MemoryBudget(1000);
  const runner = createWebGpuRunner({ gpu: await requestWebGpuDevice(), budget });
  const set = await runner.upload(new Map([['w', zeros('float32', [200])]]));
  expect(budget.usedBytes).toBe(800);
  await expect(
    runner.upload(
      new Map([
        ['a', zeros('float32', [10])],
        ['b', zeros('float32', [100])],
      ]),
    ),
  ).rejects.toMatchObject({ code: 'device-out-of-memory' });
  expect(budget.usedBytes).toBe(800);
  set.dispose();
  expect([budget.usedBytes, budget.peakBytes]).toEqual([0, 840]);
  await runner.dispose();
});

test('a device that is lost during the work gives device-lost, at once and afterwards', async () => {
  const gpu = await requestWebGpuDevice();
  let lose: (error: AppError) => void = () => undefined;
  const lost = new Promise<never>((_, reject) => (lose = reject));
  const runner = createWebGpuRunner({ gpu: { ...gpu, lost } });
  const { graph, feeds } = cases.find(({ op }) => op === 'Exp')!;
  const compiled = await runner.compile(graph, []);
  const running = compiled.run(feeds);
  lose(new AppError('device-lost', { message: 'gone', retryable: true }));
  await running.catch(() => undefined);
  await expect(compiled.run(feeds)).rejects.toMatchObject({ code: 'device-lost', retryable: true });
  await runner.dispose();
});
