/** @file The order in which onnxruntime works through a graph: not that of the file, and memory depends on it. */
import type { Graph, Node } from './graph.ts';

/**
 * The nodes as onnxruntime runs them: depth first from the nodes that nothing reads, the last of the file first, what each one needs before it.
 *
 * @see GraphViewer and Graph::ReverseDFSFrom in onnxruntime 1.30, whose order this is for graphs that its optimizer leaves alone
 */
export function runtimeOrder({ nodes }: Graph): readonly Node[] {
  const position = new Map(nodes.map((node, index) => [node, index]));
  const producers = new Map(nodes.flatMap((node) => node.outputs.map((output) => [output, node] as const)));
  const needed = (node: Node): Node[] =>
    [...new Set(node.inputs.flatMap((input) => producers.get(input) ?? []))].sort((a, b) => position.get(a)! - position.get(b)!);
  const read = new Set(nodes.flatMap(needed));
  const waiting: [node: Node, isReady: boolean][] = nodes.filter((node) => !read.has(node)).map((node) => [node, false]);
  const seen = new Set<Node>();
  const order: Node[] = [];
  for (let entry = waiting.pop(); entry !== undefined; entry = waiting.pop()) {
    const [node, isReady] = entry;
    if (isReady) order.push(node);
    if (isReady || seen.has(node)) continue;
    seen.add(node);
    waiting.push([node, true]);
    for (const earlier of needed(node)) if (!seen.has(earlier)) waiting.push([earlier, false]);
  }
  return order;
}
