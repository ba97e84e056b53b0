/** @file The order in which onnxruntime works through a graph: not that of the file, and memory depends on it. */
import { dataflowOf, type Dataflow } from './dataflow.ts';
import type { Graph, Node } from './graph.ts';

/** The nodes as onnxruntime runs them; see `orderOf`. */
export function runtimeOrder(graph: Graph): readonly Node[] {
  return Array.from(orderOf(dataflowOf(graph)), (node) => graph.nodes[node]!);
}

/**
 * The numbers of the nodes as onnxruntime runs them: depth first from the nodes that nothing reads, the last of the file first, what each
 * one needs before it.
 *
 * @see GraphViewer and Graph::ReverseDFSFrom in onnxruntime 1.30, whose order this is for graphs that its optimizer leaves alone
 */
export function orderOf({ firstInput, inputs, producer }: Dataflow): Int32Array {
  const count = firstInput.length - 1;
  const isRead = new Uint8Array(count);
  for (const input of inputs) if (input >= 0) isRead[producer[input]!] = 1;

  const order = new Int32Array(count);
  let ordered = 0;
  const isSeen = new Uint8Array(count);
  /** A node whose needs are met is there as its complement. */
  const waiting: number[] = [];
  const needed: number[] = [];
  for (let node = 0; node < count; node++) if (isRead[node] === 0) waiting.push(node);
  for (let entry = waiting.pop(); entry !== undefined; entry = waiting.pop()) {
    if (entry < 0) {
      order[ordered++] = ~entry;
      continue;
    }
    if (isSeen[entry] === 1) continue;
    isSeen[entry] = 1;
    waiting.push(~entry);
    needed.length = 0;
    for (let i = firstInput[entry]!; i < firstInput[entry + 1]!; i++) {
      const maker = inputs[i]! < 0 ? -1 : producer[inputs[i]!]!;
      if (maker >= 0 && isSeen[maker] === 0 && !needed.includes(maker)) needed.push(maker);
    }
    needed.sort((a, b) => a - b);
    for (const maker of needed) waiting.push(maker);
  }
  return order.subarray(0, ordered);
}
