/** @file A graph in numbers: which node needs which. Walks over tens of thousands of nodes are ten times faster on these than on objects. */
import type { Graph, Value } from './graph.ts';

/**
 * Nodes are counted as they lie in the graph, values as their nodes make them: those of node `n` are `firstOutput[n]` up to
 * `firstOutput[n + 1]`. What node `n` reads is in `inputs` from `firstInput[n]` up to `firstInput[n + 1]`.
 */
export interface Dataflow {
  readonly values: readonly Value[];
  readonly firstOutput: Int32Array;
  readonly firstInput: Int32Array;
  /** Numbers of values; -1 for what is fed, weights and constants. */
  readonly inputs: Int32Array;
  /** The node that makes each value. */
  readonly producer: Int32Array;
  readonly numberOf: ReadonlyMap<Value, number>;
}

/** Numbers a graph. */
export function dataflowOf({ nodes }: Graph): Dataflow {
  const firstOutput = new Int32Array(nodes.length + 1);
  const firstInput = new Int32Array(nodes.length + 1);
  nodes.forEach((node, n) => {
    firstOutput[n + 1] = firstOutput[n]! + node.outputs.length;
    firstInput[n + 1] = firstInput[n]! + node.inputs.length;
  });
  const values: Value[] = [];
  const numberOf = new Map<Value, number>();
  const producer = new Int32Array(firstOutput[nodes.length]!);
  const inputs = new Int32Array(firstInput[nodes.length]!);
  nodes.forEach((node, n) => {
    node.inputs.forEach((input, i) => (inputs[firstInput[n]! + i] = numberOf.get(input) ?? -1));
    for (const output of node.outputs) {
      producer[values.length] = n;
      numberOf.set(output, values.length);
      values.push(output);
    }
  });
  return { values, firstOutput, firstInput, inputs, producer, numberOf };
}
