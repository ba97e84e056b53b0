/** @file Activations by the names that diffusers and transformers configurations use. */
import type { GraphBuilder } from '../graph/graph-builder.ts';
import type { Value } from '../graph/graph.ts';
import type { ModuleContext } from './module-context.ts';
import { linear } from './linear.ts';

/** Configuration name -> nodes. */
export const activations = {
  silu: (builder: GraphBuilder, x: Value): Value => builder.node('QuickGelu', [x], { alpha: 1 }),
  swish: (builder: GraphBuilder, x: Value): Value => builder.node('QuickGelu', [x], { alpha: 1 }),
  quick_gelu: (builder: GraphBuilder, x: Value): Value => builder.node('QuickGelu', [x], { alpha: 1.702 }),
  gelu: (builder: GraphBuilder, x: Value): Value => builder.node('Gelu', [x]),
  relu: (builder: GraphBuilder, x: Value): Value => builder.node('Relu', [x]),
} as const;

export type Activation = keyof typeof activations;

/** Applies the activation of this name. */
export function activate(builder: GraphBuilder, name: Activation, x: Value): Value {
  return activations[name](builder, x);
}

/** Gated GELU: `proj` gives 2 * width columns; the first half times gelu of the second. */
export function geglu(context: ModuleContext, x: Value, width: number): Value {
  return context.scoped(() => {
    const { builder } = context;
    const both = linear(context.child('proj'), x, 2 * width);
    const [hidden, gate] = builder.split('Split', [both], { axis: both.shape.length - 1, sizes: [width, width] });
    return builder.node('Mul', [hidden!, builder.node('Gelu', [gate!])]);
  });
}
