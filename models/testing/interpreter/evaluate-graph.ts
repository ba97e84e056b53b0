/** @file Runs a graph node by node in plain TypeScript: slow, short, and what every other backend is compared with. */
import { AppError } from '../../errors/app-error.ts';
import type { Graph, Value } from '../../graph/graph.ts';
import { formatShape, shapesEqual } from '../../tensor/shape.ts';
import { kernelOf } from './kernels/index.ts';
import { roundTo, toNumbers, type Numbers, type Precision } from './numbers.ts';

/**
 * Computes every output of a graph.
 *
 * @param values     one entry for each input and weight of the graph, by name; others are ignored
 * @param precision  `float32` rounds after each op, sums inside an op are always float64
 * @returns outputs by name
 * @throws {AppError} `shape-mismatch` if a value is missing or has the wrong shape
 */
export function evaluateGraph(graph: Graph, values: ReadonlyMap<string, Numbers>, precision: Precision = 'float32'): Map<string, Numbers> {
  const known = new Map<Value, Numbers>();
  for (const declared of [...graph.inputs, ...graph.parameters]) {
    const numbers = values.get(declared.name);
    if (numbers === undefined || !shapesEqual(numbers.shape, declared.shape)) {
      const found = numbers === undefined ? 'nothing' : formatShape(numbers.shape);
      throw new AppError('shape-mismatch', { message: `${graph.name}: ${declared.name} is ${formatShape(declared.shape)}, ${found} given` });
    }
    known.set(declared, numbers);
  }
  for (const [value, tensor] of graph.constants) known.set(value, toNumbers(tensor));
  for (const { op, inputs, outputs, attributes } of graph.nodes) {
    const results = kernelOf(op)(
      inputs.map((input) => known.get(input)!),
      attributes,
      outputs.map(({ shape }) => shape),
    );
    outputs.forEach((output, i) => known.set(output, { shape: output.shape, data: roundTo(output.dtype, results[i]!, precision) }));
  }
  return new Map(graph.outputs.map(({ name, value }) => [name, known.get(value)!]));
}
