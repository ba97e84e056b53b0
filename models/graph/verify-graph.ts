/** @file The specification as code: what makes a graph well-formed. Run between passes, so a bad rewrite fails where it happened. */
import { AppError } from '../errors/app-error.ts';
import { shapesEqual } from '../tensor/shape.ts';
import type { Graph, Value } from './graph.ts';
import { opDefinition } from './ops/index.ts';
import { formatType } from './ops/op-definition.ts';
import { printNode } from './print-graph.ts';

function invalid(message: string): never {
  throw new AppError('graph-invalid', { message });
}

/**
 * Checks that names are unique, that every value is made before it is used, and that recorded shapes are those the ops infer.
 *
 * @throws {AppError} `graph-invalid` naming the first node that breaks a rule
 */
export function verifyGraph(graph: Graph): void {
  const defined = new Set<Value>();
  const names = new Set<string>();
  const define = (value: Value): void => {
    if (names.has(value.name)) invalid(`${graph.name}: two values are called ${value.name}`);
    names.add(value.name);
    defined.add(value);
  };
  for (const value of [...graph.inputs, ...graph.parameters, ...graph.constants.keys()]) define(value);
  for (const [value, tensor] of graph.constants) {
    if (tensor.dtype !== value.dtype || !shapesEqual(tensor.shape, value.shape)) invalid(`${graph.name}: constant ${value.name} is not ${formatType(value)}`);
  }
  for (const node of graph.nodes) {
    for (const input of node.inputs) if (!defined.has(input)) invalid(`${graph.name}: ${printNode(node)} uses ${input.name} before it is made`);
    const inferred = opDefinition(node.op).infer(node.inputs, node.attributes);
    node.outputs.forEach((output, i) => {
      const type = inferred[i];
      if (type === undefined || type.dtype !== output.dtype || !shapesEqual(type.shape, output.shape))
        invalid(`${graph.name}: ${printNode(node)} does not have the shape its op infers`);
      define(output);
    });
  }
  for (const { name, value } of graph.outputs) if (!defined.has(value)) invalid(`${graph.name}: output ${name} is never made`);
}
