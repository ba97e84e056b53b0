import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { describeGraphRunner } from './graph-runner-contract.ts';
import { createInterpreter } from './interpreter/interpreter-runner.ts';
import { buildOpCases, largestDifference, type EncodedOpCase } from './op-cases.ts';

const cases = buildOpCases(JSON.parse(readFileSync(new URL('golden/ops.json', import.meta.url), 'utf8')) as EncodedOpCase[]);

describeGraphRunner('the interpreter', () => createInterpreter());

test.each(cases)('$name in the interpreter equals PyTorch', async ({ graph, feeds, expected }) => {
  const compiled = await createInterpreter().compile(graph, []);
  const results = await compiled.run(feeds);
  expected.forEach((output, i) => {
    const result = results[`y${i}`]!;
    expect([result.dtype, result.shape]).toEqual([output.dtype, output.shape]);
    expect(largestDifference(result, output)).toBeLessThan(2e-5);
  });
});
