/** @file Spells fused attention out as products and a softmax, for devices where the fused kernel gives wrong numbers. */
import { scalar } from '../tensor/tensor.ts';
import type { Attributes, Graph, Node, Value } from './graph.ts';
import { opDefinition, type OpName } from './ops/index.ts';

/** The same graph without `MultiHeadAttention`; the scores [N, heads, L, S] are then held in memory. */
export function decomposeAttention(graph: Graph): Graph {
  if (!graph.nodes.some(({ op }) => op === 'MultiHeadAttention')) return graph;
  const constants = new Map(graph.constants);
  const nodes: Node[] = [];
  for (const node of graph.nodes) {
    if (node.op !== 'MultiHeadAttention') {
      nodes.push(node);
      continue;
    }
    const output = node.outputs[0]!;
    let count = 0;
    const add = (op: OpName, inputs: readonly Value[], attributes: Attributes = {}, result?: Value): Value => {
      const made = result ?? { name: `${output.name}/${op}_${count++}`, ...opDefinition(op).infer(inputs, attributes)[0]! };
      nodes.push({ op, inputs, outputs: [made], attributes });
      return made;
    };
    const heads = Number(node.attributes['numHeads']);
    const split = (x: Value, perm: readonly number[]): Value => {
      const [batch, length, width] = x.shape as [number, number, number];
      return add('Transpose', [add('Reshape', [x], { shape: [batch, length, heads, width / heads] })], { perm });
    };
    const [query, key, value] = node.inputs as [Value, Value, Value];
    const scale: Value = { name: `${output.name}/scale`, dtype: 'float32', shape: [] };
    constants.set(scale, scalar(Number(node.attributes['scale'])));
    const scaled = add('Mul', [split(query, [0, 2, 1, 3]), scale]); // [N, heads, L, headDim]: fewer elements than the scores
    const scores = add('MatMul', [scaled, split(key, [0, 2, 3, 1])]); // [N, heads, L, S]
    const attended = add('MatMul', [add('Softmax', [scores], { axis: -1 }), split(value, [0, 2, 1, 3])]); // [N, heads, L, headDim]
    add('Reshape', [add('Transpose', [attended], { perm: [0, 2, 1, 3] })], { shape: output.shape }, output);
  }
  return { ...graph, constants, nodes };
}
