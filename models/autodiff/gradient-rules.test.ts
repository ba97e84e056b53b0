import { describe, expect, test } from 'vitest';
import { isAppError } from '../errors/app-error.ts';
import type { OpName } from '../graph/ops/index.ts';
import { relativeError, slopes } from '../testing/finite-differences/finite-differences.ts';
import { caseGraphs, drawValues } from '../testing/finite-differences/gradient-case.ts';
import { gradientCases } from '../testing/finite-differences/gradient-cases.ts';
import { evaluateGraph } from '../testing/interpreter/evaluate-graph.ts';
import { gradientRule } from './gradient-rules.ts';

for (const op of Object.keys(gradientCases) as OpName[]) {
  describe(op, () => {
    const rule = gradientRule(op);
    test('has at least one case', () => expect(gradientCases[op].length).toBeGreaterThan(0));

    for (const gradientCase of gradientCases[op]) {
      if (rule === 'not-differentiable') {
        test(`${gradientCase.name} refuses to be differentiated, by name`, () => {
          expect(() => caseGraphs(gradientCase)).toThrow(expect.toSatisfy((error) => isAppError(error, 'op-unsupported') && error.message.includes(op)));
        });
      } else if (rule === 'flat') {
        test(`${gradientCase.name} lets no gradient through`, () => {
          expect(() => caseGraphs(gradientCase)).toThrow(/no seed depends on/);
        });
      } else {
        test(`the gradient of ${gradientCase.name} agrees with finite differences`, () => {
          const graphs = caseGraphs(gradientCase);
          const values = drawValues(gradientCase, graphs);
          const [exact, rounded] = [evaluateGraph(graphs.backward, values, 'float64'), evaluateGraph(graphs.backward, values, 'float32')];
          expect(exact.size).toBeGreaterThan(0);
          for (const [name, gradient] of exact) {
            const expected = slopes(graphs.forward, values, name.slice('d_'.length));
            expect(relativeError(gradient.data, expected), `${name} in float64`).toBeLessThan(1e-6);
            expect(relativeError(rounded.get(name)!.data, expected), `${name} in float32`).toBeLessThan(1e-4);
          }
        });
      }
    }
  });
}
