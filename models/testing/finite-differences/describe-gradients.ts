/** @file Holds a backend to the gradients that finite differences confirmed in the interpreter, for every op that has a rule. */
import { describe, expect, test } from 'vitest';
import { gradientRule } from '../../autodiff/gradient-rules.ts';
import type { OpName } from '../../graph/ops/index.ts';
import type { GraphRunner } from '../../runtime/graph-runner.ts';
import { evaluateGraph } from '../interpreter/evaluate-graph.ts';
import { toNumbers, toTensor } from '../interpreter/numbers.ts';
import { relativeError } from './finite-differences.ts';
import { caseGraphs, drawValues } from './gradient-case.ts';
import { gradientCases } from './gradient-cases.ts';

/**
 * Declares one test for each case.
 *
 * @param tolerance relative to the largest element of a gradient
 */
export function describeGradients(title: string, createRunner: () => GraphRunner, tolerance: number): void {
  describe(`gradients on ${title} equal the interpreter's`, () => {
    let runner: GraphRunner | undefined;
    const differentiable = (Object.keys(gradientCases) as OpName[]).filter((op) => typeof gradientRule(op) === 'function');
    test.each(differentiable.flatMap((op) => gradientCases[op]))('of $name', async (gradientCase) => {
      runner ??= createRunner();
      const graphs = caseGraphs(gradientCase);
      const values = drawValues(gradientCase, graphs);
      const feeds = Object.fromEntries(graphs.backward.inputs.map(({ name, dtype }) => [name, toTensor(dtype, values.get(name)!)]));
      const compiled = await runner.compile(graphs.backward, []);
      const results = await compiled.run(feeds);
      for (const [name, { data }] of evaluateGraph(graphs.backward, values, 'float64')) {
        expect(relativeError(toNumbers(results[name]!).data, data), name).toBeLessThan(tolerance);
      }
      await compiled.dispose();
    });
  });
}
