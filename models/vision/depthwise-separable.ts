/** @file The block that the vision nets are made of: a small convolution per channel, then a 1x1 convolution across them. */
import type { Value } from '../graph/graph.ts';
import type { GraphBuilder } from '../graph/graph-builder.ts';

const noDilation = [1, 1] as const;

/**
 * Pads as TensorFlow's `SAME` does: the odd pixel goes to the bottom and the right.
 *
 * @returns [top, left, bottom, right] for square inputs, kernels and strides
 */
export function samePads(size: number, kernel: number, stride: number): [number, number, number, number] {
  const total = Math.max(0, (Math.ceil(size / stride) - 1) * stride + kernel - size);
  const before = Math.floor(total / 2);
  return [before, before, total - before, total - before];
}

/**
 * A convolution with TensorFlow's `SAME` padding and a bias.
 *
 * @param x    float32 [N, Cin, S, S]
 * @param name its weights are `name.weight` [channels, Cin, kernel, kernel] and `name.bias` [channels]
 * @returns float32 [N, channels, ceil(S / stride), ceil(S / stride)]
 */
export function convolution(builder: GraphBuilder, x: Value, name: string, channels: number, kernel: number, stride: number): Value {
  const weight = builder.parameter(`${name}.weight`, 'float32', [channels, x.shape[1]!, kernel, kernel]);
  const bias = builder.parameter(`${name}.bias`, 'float32', [channels]);
  return builder.node('Conv', [x, weight, bias], { strides: [stride, stride], pads: samePads(x.shape[2]!, kernel, stride), dilations: noDilation, group: 1 });
}

/**
 * A convolution of each channel by itself.
 *
 * @param name its weights are `name.weight` [C, 1, kernel, kernel] and, where asked for, `name.bias` [C]
 */
export function depthwise(builder: GraphBuilder, x: Value, name: string, stride: number, withBias: boolean, kernel = 3): Value {
  const channels = x.shape[1]!;
  const inputs = [x, builder.parameter(`${name}.weight`, 'float32', [channels, 1, kernel, kernel])];
  if (withBias) inputs.push(builder.parameter(`${name}.bias`, 'float32', [channels]));
  return builder.node('Conv', inputs, { strides: [stride, stride], pads: samePads(x.shape[2]!, kernel, stride), dilations: noDilation, group: channels });
}
