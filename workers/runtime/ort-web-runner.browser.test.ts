import { afterAll, describe, expect, test } from 'vitest';
import golden from '#models/testing/golden/ops.json';
import { describeGraphRunner } from '#models/testing/graph-runner-contract.ts';
import { buildOpCases, largestDifference, type EncodedOpCase } from '#models/testing/op-cases.ts';
import { requestWebGpuDevice } from './device.ts';
import type { OrtGraphRunner } from './ort-graph-runner.ts';
import { createWasmRunner, createWebGpuRunner } from './ort-web-runner.ts';

const cases = buildOpCases(golden as unknown as EncodedOpCase[]);
/** WGSL asks of sin and cos no more than an absolute error of 2^-11. */
const tolerances: Partial<Record<string, number>> = { Sin: 2 ** -11, Cos: 2 ** -11 };

async function webGpuRunner(): Promise<OrtGraphRunner> {
  const gpu = await requestWebGpuDevice({ subgroups: false });
  return createWebGpuRunner({ gpu, forbidCpuFallback: true });
}

function describeOps(title: string, create: () => Promise<OrtGraphRunner> | OrtGraphRunner, included: typeof cases): void {
  describe(title, () => {
    const runner = Promise.resolve().then(create);
    afterAll(async () => (await runner).dispose());
    test.each(included)('$name equals PyTorch', async ({ op, graph, feeds, expected }) => {
      const compiled = await (await runner).compile(graph, []);
      const results = await compiled.run(feeds);
      expected.forEach((output, i) => {
        const result = results[`y${i}`]!;
        expect([result.dtype, result.shape]).toEqual([output.dtype, output.shape]);
        expect(largestDifference(result, output)).toBeLessThan(tolerances[op] ?? 1e-4);
      });
      await compiled.dispose();
    });
  });
}

describeOps('every op on wasm', () => createWasmRunner(), cases);
describeGraphRunner('onnxruntime-web on wasm, weights as initializers', () => createWasmRunner({ weightBinding: 'initializers' }));
describeGraphRunner('onnxruntime-web on wasm, weights as inputs', () => createWasmRunner({ weightBinding: 'inputs' }));
describeOps('every op on WebGPU, no CPU fallback', webGpuRunner, cases.filter(({ usesFloat16 }) => !usesFloat16));
describeGraphRunner('onnxruntime-web on WebGPU', webGpuRunner);
