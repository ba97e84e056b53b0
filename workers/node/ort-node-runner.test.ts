import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { ops } from '#models/graph/ops/index.ts';
import { buildOpCases, largestDifference, type EncodedOpCase } from '#models/runtime/op-cases.ts';
import { createNodeRunner } from './ort-node-runner.ts';

const golden = JSON.parse(readFileSync(new URL('../../models/testing/golden/ops.json', import.meta.url), 'utf8')) as EncodedOpCase[];
const cases = buildOpCases(golden);
const runner = createNodeRunner({ threads: 1 });

test('every op of the registry has a case', () => {
  expect(Object.keys(ops).filter((op) => !cases.some((known) => known.op === op))).toEqual([]);
});

test.each(cases)('$name equals PyTorch', async ({ graph, feeds, expected }) => {
  const compiled = await runner.compile(graph, []);
  const results = await compiled.run(feeds);
  expected.forEach((output, i) => {
    const result = results[`y${i}`]!;
    expect([result.dtype, result.shape]).toEqual([output.dtype, output.shape]);
    expect(largestDifference(result, output)).toBeLessThan(2e-5);
  });
  await compiled.dispose();
});
