/** @file Graphs as text: one line a node, for snapshots and messages. */
import type { Graph, Node, Value } from './graph.ts';
import { formatType } from './ops/op-definition.ts';

function printAttributes(attributes: object): string {
  const entries = Object.entries(attributes);
  if (entries.length === 0) return '';
  return ` {${entries.map(([key, value]) => `${key}: ${Array.isArray(value) ? `[${value.join(', ')}]` : String(value)}`).join(', ')}}`;
}

const printDeclaration = (value: Value): string => `${value.name}: ${formatType(value)}`;

/** `y: float32[1, 4] = Add(a, b)`. */
export function printNode(node: Node): string {
  return `${node.outputs.map(printDeclaration).join(', ')} = ${node.op}(${node.inputs.map((value) => value.name).join(', ')})${printAttributes(node.attributes)}`;
}

/** The whole graph, one line a declaration. */
export function printGraph(graph: Graph): string {
  return [
    `graph ${graph.name}`,
    ...graph.inputs.map((value) => `  input ${printDeclaration(value)}`),
    ...graph.parameters.map((value) => `  weight ${printDeclaration(value)}`),
    ...[...graph.constants].map(
      ([value, { data }]) => `  constant ${printDeclaration(value)} = ${data.length <= 8 ? `[${Array.from<number | bigint>(data).join(', ')}]` : '...'}`,
    ),
    ...graph.nodes.map((node) => `  ${printNode(node)}`),
    ...graph.outputs.map(({ name, value }) => `  output ${name} = ${value.name}`),
  ].join('\n');
}
