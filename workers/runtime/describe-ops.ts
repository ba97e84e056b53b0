/** @file One suite for every runner: each op of the registry against PyTorch's numbers. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import golden from '#models/testing/golden/ops.json';
import { buildOpCases, largestDifference, type EncodedOpCase } from '#models/testing/op-cases.ts';
import type { OrtGraphRunner } from './ort-graph-runner.ts';

export const opCases = buildOpCases(golden as unknown as EncodedOpCase[]);

/** WGSL asks of sin and cos no more than an absolute error of 2^-11. */
const tolerances: Partial<Record<string, number>> = { Sin: 2 ** -11, Cos: 2 ** -11 };

/** Declares the suite; the runner lives as long as it. */
export function describeOps(title: string, create: () => Promise<OrtGraphRunner> | OrtGraphRunner, included: typeof opCases): void {
  describe(title, () => {
    let runner: OrtGraphRunner;
    beforeAll(async () => {
      runner = await create();
    });
    afterAll(() => runner.dispose());
    test.each(included)('$name equals PyTorch', async ({ op, graph, feeds, expected }) => {
      const compiled = await runner.compile(graph, []);
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
