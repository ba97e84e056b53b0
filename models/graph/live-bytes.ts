/** @file How much memory the tensors of a run need at once, from the graph alone. */
import { bytesPerElement } from '../tensor/dtype.ts';
import { elementCount } from '../tensor/shape.ts';
import type { ValueType } from './ops/op-definition.ts';
import type { Graph, Value } from './graph.ts';

/** Bytes of one tensor. */
export function sizeBytes({ dtype, shape }: ValueType): number {
  return bytesPerElement[dtype] * elementCount(shape);
}

/**
 * Peak bytes of what a run computes, node after node in the graph's order: every value lives from the node that makes it to the
 * last that reads it, outputs to the end; a reshape shares its input's memory. Inputs, weights and constants are not counted.
 *
 * An estimate from above: runtimes also overwrite operands in place.
 */
export function peakBytes(graph: Graph): number {
  const storage = new Map<Value, Value>();
  const storageOf = (value: Value): Value => storage.get(value) ?? value;
  const lastReader = new Map<Value, number>();
  graph.nodes.forEach((node, position) => {
    for (const input of node.inputs) lastReader.set(storageOf(input), position);
    if (node.op === 'Reshape') storage.set(node.outputs[0]!, storageOf(node.inputs[0]!));
  });
  for (const { value } of graph.outputs) lastReader.set(storageOf(value), Infinity);
  const computed = new Set<Value>();
  let live = 0;
  let peak = 0;
  graph.nodes.forEach((node, position) => {
    for (const output of node.outputs) {
      if (storageOf(output) !== output) continue;
      computed.add(output);
      live += sizeBytes(output);
    }
    peak = Math.max(peak, live);
    for (const value of new Set([...node.inputs, ...node.outputs].map(storageOf))) {
      if (computed.has(value) && (lastReader.get(value) ?? position) <= position) live -= sizeBytes(value);
    }
  });
  return peak;
}
