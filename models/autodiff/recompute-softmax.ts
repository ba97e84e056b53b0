/**
 * @file Attention weights computed a second time for the gradient instead of being held from forward to backward.
 *
 * [Note: why attention weights] They are [heads, queries, keys]: at 64 x 64 latents 512 MiB for each of five layers of SD 1.5, more
 * than half of all that training holds, and they come from two small tensors by one product and one softmax. The copy would be made
 * at once, and merged with the original, if it did not wait for the gradient: so a zero taken from the gradient is added to the
 * queries of the copy.
 *
 * Where attention works in parts, each copy waits for what the one before it was for, too: onnxruntime collects what a Concat needs first
 * (`../graph/runtime-order.ts`), and so held all parts' weights and their gradients at once, 1 GiB more for SD 1.5 at 512 px.
 */
import type { Attributes, Graph, Node, Value } from '../graph/graph.ts';
import { sizeBytes } from '../graph/live-bytes.ts';
import { opDefinition, type OpName } from '../graph/ops/index.ts';
import { scalar } from '../tensor/tensor.ts';
import { isGradientNode } from './differentiate.ts';

/** A forward softmax that can be computed again: the product behind it, and what is added to that (a mask). */
interface AttentionWeights {
  readonly product: Node;
  readonly mask: Value | undefined;
  readonly softmax: Node;
}

function attentionWeights(value: Value, producers: ReadonlyMap<Value, Node>): AttentionWeights | undefined {
  const softmax = producers.get(value);
  if (softmax?.op !== 'Softmax' || isGradientNode(softmax)) return undefined;
  const scores = producers.get(softmax.inputs[0]!);
  if (scores?.op === 'MatMul') return { product: scores, mask: undefined, softmax };
  const product = scores?.op === 'Add' ? producers.get(scores.inputs[0]!) : undefined;
  return product?.op === 'MatMul' ? { product, mask: scores!.inputs[1]!, softmax } : undefined;
}

/**
 * The same numbers from a graph in which every large softmax of attention is computed again when the gradient needs it.
 *
 * @param graph        forward and gradient, as `appendGradients` made it
 * @param atLeastBytes smaller ones are held
 */
export function recomputeSoftmax(graph: Graph, atLeastBytes: number): Graph {
  const producers = new Map(graph.nodes.flatMap((node) => node.outputs.map((output) => [output, node] as const)));
  const zero: Value = { name: 'gradient/none', dtype: 'float32', shape: [] };
  const copies = new Map<Value, Value>();
  const nodes: Node[] = [];

  const add = (op: OpName, inputs: readonly Value[], attributes: Attributes, name: string): Value => {
    const output: Value = { name, ...opDefinition(op).infer(inputs, attributes)[0]! };
    nodes.push({ op, inputs, outputs: [output], attributes });
    return output;
  };
  /** Large values that come from the copy made last, and the products that end there: gradients of its queries, keys and values. */
  const fromLast = new Set<Value>();
  const endings: Value[] = [];

  const copy = (weights: Value, { product, mask, softmax }: AttentionWeights, anchors: readonly Value[]): Value => {
    const named = (step: string): string => `gradient/${weights.name}/${step}`;
    const [query, key] = product.inputs as [Value, Value];
    const late = anchors.reduce((waiting, anchor, i) => {
      const axes = anchor.shape.map((_, axis) => axis);
      const one = anchor.shape.map(() => 1);
      const element = add('Slice', [anchor], { axes, starts: axes.map(() => 0), ends: one, steps: one }, named(`element_${i}`));
      const nothing = add('Mul', [element, zero], {}, named(`nothing_${i}`));
      return add('Add', [waiting, add('Reshape', [nothing], { shape: query.shape.map(() => 1) }, named(`wait_${i}`))], {}, named(`query_${i}`));
    }, query);
    const scores = add('MatMul', [late, key], {}, named('scores'));
    return add('Softmax', [mask === undefined ? scores : add('Add', [scores, mask], {}, named('masked'))], softmax.attributes, named('weights'));
  };

  for (const node of graph.nodes) {
    if (isGradientNode(node)) {
      for (const input of node.inputs) {
        const weights = copies.has(input) || sizeBytes(input) < atLeastBytes ? undefined : attentionWeights(input, producers);
        const anchor = node.inputs.find((other) => other !== input && producers.has(other) && isGradientNode(producers.get(other)!));
        if (weights === undefined || anchor === undefined) continue;
        const made = copy(input, weights, [anchor, ...endings]);
        copies.set(input, made);
        endings.length = 0;
        fromLast.clear();
        fromLast.add(made);
      }
    }
    const rewritten = isGradientNode(node) ? { ...node, inputs: node.inputs.map((input) => copies.get(input) ?? input) } : node;
    nodes.push(rewritten);
    if (!rewritten.inputs.some((input) => fromLast.has(input))) continue;
    for (const output of rewritten.outputs) {
      if (sizeBytes(output) >= atLeastBytes) fromLast.add(output);
      else if (node.op === 'MatMul') endings.push(output);
    }
  }
  return copies.size === 0 ? graph : { ...graph, constants: new Map([...graph.constants, [zero, scalar(0)]]), nodes };
}
