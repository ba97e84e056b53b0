/** @file Slopes by central differences in float64: the oracle of every gradient rule. */
import type { Graph } from '../../graph/graph.ts';
import { evaluateGraph } from '../interpreter/evaluate-graph.ts';
import type { Numbers } from '../interpreter/numbers.ts';

/** Sum over all outputs of output * seed, with seeds `seed0`, `seed1`, ... among `values`. */
function seededSum(graph: Graph, values: ReadonlyMap<string, Numbers>): number {
  const outputs = evaluateGraph(graph, values, 'float64');
  return graph.outputs.reduce((total, { name }, i) => {
    const seed = values.get(`seed${i}`)!.data;
    return outputs.get(name)!.data.reduce((sum, element, k) => sum + element * seed[k]!, total);
  }, 0);
}

/**
 * The gradient of the seeded sum of a graph's outputs with respect to one input.
 *
 * A step of 1e-4 leaves an error near 1e-8 of the third derivative and 1e-12 of rounding; one Richardson step removes the former.
 *
 * @param values inputs and seeds by name; left as they were
 */
export function slopes(graph: Graph, values: ReadonlyMap<string, Numbers>, input: string): Float64Array {
  const { shape, data } = values.get(input)!;
  const moved = data.slice();
  const nearby = new Map([...values, [input, { shape, data: moved }]]);
  return data.map((element, i) => {
    const central = (step: number): number => {
      moved[i] = element + step;
      const above = seededSum(graph, nearby);
      moved[i] = element - step;
      return (above - seededSum(graph, nearby)) / (2 * step);
    };
    const slope = (4 * central(5e-5) - central(1e-4)) / 3;
    moved[i] = element;
    return slope;
  });
}

/** Largest difference over the largest magnitude of `expected`; 0 if both are all zeros. */
export function relativeError(actual: Float64Array, expected: Float64Array): number {
  const largest = expected.reduce((most, element) => Math.max(most, Math.abs(element)), 0);
  const difference = actual.reduce((most, element, i) => Math.max(most, Math.abs(element - expected[i]!)), 0);
  return actual.length !== expected.length || Number.isNaN(difference) ? Infinity : difference / (largest || 1);
}
