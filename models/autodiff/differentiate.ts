/** @file Reverse-mode differentiation: walks a graph under construction backwards once and adds the nodes of the gradient to it. */
import { AppError } from '../errors/app-error.ts';
import type { GraphBuilder } from '../graph/graph-builder.ts';
import type { Node, Value } from '../graph/graph.ts';
import { formatType } from '../graph/ops/op-definition.ts';
import { printNode } from '../graph/print-graph.ts';
import { shapesEqual } from '../tensor/shape.ts';
import { GradientMath } from './gradient-math.ts';
import { gradientRule } from './gradient-rules.ts';

/** Values of the gradient are named under this scope. */
const gradientScope = 'gradient';

/** True for a node that `appendGradients` added. */
export function isGradientNode({ outputs }: Node): boolean {
  return outputs[0]!.name.startsWith(`${gradientScope}/`) || outputs[0]!.name.startsWith(`${gradientScope}.`);
}

const isFloat = ({ dtype }: Value): boolean => dtype === 'float32' || dtype === 'float16';
const sameType = (a: Value, b: Value): boolean => a.dtype === b.dtype && shapesEqual(a.shape, b.shape);

/** The wanted values and everything computed from them by floating-point arithmetic that has a slope. */
export function dependents(nodes: readonly Node[], wanted: readonly Value[]): Set<Value> {
  const reached = new Set(wanted);
  for (const node of nodes) {
    if (gradientRule(node.op) === 'flat' || !node.inputs.some((input) => reached.has(input))) continue;
    for (const output of node.outputs) if (isFloat(output)) reached.add(output);
  }
  return reached;
}

/** `down.0` for the value `down.0/Conv_3`: the gradient of a block is printed under the block's name. */
function scopeOf(node: Node): string {
  const name = node.outputs[0]!.name;
  return name.includes('/') ? name.slice(0, name.lastIndexOf('/')) : '';
}

/**
 * Adds to `builder` the gradient of a scalar L with respect to each of `wanted`.
 *
 * Only nodes on a path from a wanted value to a seeded one are visited. New values are named under the scope `gradient`.
 * May be called again on the same builder; gradients of gradients follow from that.
 *
 * @param seeds   value -> dL/dvalue of the same dtype and shape; for a loss, the loss -> the scalar 1
 * @param wanted  inputs, weights or intermediate values, of a float dtype
 * @returns wanted value -> dL/dvalue of the same dtype and shape
 * @throws {AppError} `op-unsupported` naming the node on the path that has no gradient;
 *   `graph-invalid` if no seed depends on a wanted value: silently training on zeros would hide a mistake;
 *   `shape-mismatch` if a seed does not have the type of its value
 */
export function appendGradients(builder: GraphBuilder, seeds: ReadonlyMap<Value, Value>, wanted: readonly Value[]): ReadonlyMap<Value, Value> {
  const math = new GradientMath(builder);
  const nodes = [...builder.nodes];
  const reached = dependents(nodes, wanted);
  const gradients = new Map<Value, Value>();
  for (const [value, seed] of seeds) {
    if (!sameType(value, seed)) throw new AppError('shape-mismatch', { message: `seed ${formatType(seed)} for ${value.name}, which is ${formatType(value)}` });
    gradients.set(value, seed);
  }
  builder.scope(gradientScope, () => {
    for (const node of nodes.toReversed()) {
      if (!node.inputs.some((input) => reached.has(input)) || !node.outputs.some((output) => reached.has(output) && gradients.has(output))) continue;
      const scope = scopeOf(node);
      const step = (): void => propagate(math, node, reached, gradients);
      if (scope === '') step();
      else builder.scope(scope, step);
    }
  });
  return new Map(
    wanted.map((value) => {
      const gradient = gradients.get(value);
      if (gradient === undefined) throw new AppError('graph-invalid', { message: `${builder.name}: no seed depends on ${value.name}, so it has no gradient` });
      return [value, gradient];
    }),
  );
}

/** Applies one node's rule and adds what it gives to the gradients of the node's inputs. */
function propagate(math: GradientMath, node: Node, reached: ReadonlySet<Value>, gradients: Map<Value, Value>): void {
  const rule = gradientRule(node.op);
  if (rule === 'flat') return;
  if (rule === 'not-differentiable') {
    throw new AppError('op-unsupported', {
      message: `no gradient of ${node.op}, met at ${printNode(node)}`,
      ...(node.op === 'MultiHeadAttention' ? { help: 'Build attention from MatMul, Softmax and MatMul in graphs that are trained.' } : {}),
    });
  }
  const outputGradients = node.outputs.map((output) => gradients.get(output));
  const { inputs, outputs, attributes } = node;
  // A rule that reads `gradient` of an op with several outputs checks `gradients` itself.
  const gradient = outputGradients[0] ?? math.zeros(outputs[0]!.shape);
  const recipes = rule({ math, inputs, outputs, attributes, gradient, gradients: outputGradients });
  inputs.forEach((input, i) => {
    const recipe = recipes[i];
    if (recipe === undefined || !reached.has(input)) return;
    const total = math.accumulate(gradients.get(input), recipe);
    if (!sameType(total, input)) throw new AppError('internal', { message: `the rule of ${node.op} gives ${formatType(total)} for ${formatType(input)}` });
    gradients.set(input, total);
  });
}
