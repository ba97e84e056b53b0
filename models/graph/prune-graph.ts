/** @file Drops nodes, inputs, weights and constants that lead to no output. */
import type { Graph, Node, Value } from './graph.ts';

/** The same graph without dead parts; the order of what stays is kept. */
export function pruneGraph(graph: Graph): Graph {
  const needed = new Set<Value>(graph.outputs.map(({ value }) => value));
  const kept: Node[] = [];
  for (const node of graph.nodes.toReversed()) {
    if (!node.outputs.some((output) => needed.has(output))) continue;
    kept.push(node);
    for (const input of node.inputs) needed.add(input);
  }
  return {
    name: graph.name,
    inputs: graph.inputs.filter((value) => needed.has(value)),
    parameters: graph.parameters.filter((value) => needed.has(value)),
    constants: new Map([...graph.constants].filter(([value]) => needed.has(value))),
    nodes: kept.reverse(),
    outputs: graph.outputs,
  };
}
