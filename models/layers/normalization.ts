/** @file Group norm and layer norm. */
import type { Value } from '../graph/graph.ts';
import { zeros, float32 } from '../tensor/tensor.ts';
import { elementCount } from '../tensor/shape.ts';
import type { ModuleContext } from './module-context.ts';
import { reshape } from './reshape.ts';

/**
 * Group normalisation with a scale and bias for each channel.
 *
 * Composed, because no WebGPU kernel has it: each group becomes one channel of an instance norm.
 *
 * @param x     float32 [N, C, H, W]
 * @param eps   added to the variance
 */
export function groupNorm(context: ModuleContext, x: Value, groups: number, eps: number): Value {
  return context.scoped(() => {
    const { builder } = context;
    const [batch, channels] = x.shape as readonly [number, number];
    const grouped = reshape(builder, x, [batch, groups, elementCount(x.shape) / (batch * groups)]);
    const one = builder.constant(float32([groups], new Float32Array(groups).fill(1)));
    const zero = builder.constant(zeros('float32', [groups]));
    const normalized = reshape(builder, builder.node('InstanceNormalization', [grouped, one, zero], { epsilon: eps }), x.shape);
    const perChannel = [channels, ...x.shape.slice(2).map(() => 1)];
    const weight = reshape(builder, context.weight('weight', [channels]), perChannel);
    const bias = reshape(builder, context.weight('bias', [channels]), perChannel);
    return builder.node('Add', [builder.node('Mul', [normalized, weight]), bias]);
  });
}

/** Normalises the last axis, with a scale and bias for each of its elements. */
export function layerNorm(context: ModuleContext, x: Value, eps: number): Value {
  return context.scoped(() => {
    const width = x.shape.at(-1)!;
    return context.builder.node('LayerNormalization', [x, context.weight('weight', [width]), context.weight('bias', [width])], { epsilon: eps });
  });
}
