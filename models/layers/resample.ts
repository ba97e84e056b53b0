/** @file Halving and doubling of pictures. */
import type { Value } from '../graph/graph.ts';
import { conv2d } from './conv2d.ts';
import type { ModuleContext } from './module-context.ts';

/**
 * A 3x3 convolution of stride 2.
 *
 * @param x       float32 [N, C, H, W]
 * @param padding on all sides; 0 means one row below and one column to the right, as autoencoders have it
 */
export function downsample(context: ModuleContext, x: Value, padding: number): Value {
  const pads = padding === 0 ? ([0, 0, 1, 1] as const) : ([padding, padding, padding, padding] as const);
  return conv2d(context.child('conv'), x, x.shape[1]!, { stride: 2, pads });
}

/**
 * Doubles by repeating pixels, then a 3x3 convolution.
 *
 * @param size [H', W'] where the skip connection is one smaller than the double, because an odd picture was halved
 */
export function upsample(context: ModuleContext, x: Value, size?: readonly [number, number]): Value {
  const { builder } = context;
  let large = builder.node('Resize', [x], { scales: [2, 2], mode: 'nearest' });
  // For 2n - 1 pixels from n, floor(i * n / (2n - 1)) = floor(i / 2): cropping the double is what PyTorch's resize to a size gives.
  if (size !== undefined && (size[0] !== large.shape[2] || size[1] !== large.shape[3])) {
    large = builder.node('Slice', [large], { axes: [2, 3], starts: [0, 0], ends: [...size], steps: [1, 1] });
  }
  return conv2d(context.child('conv'), large, x.shape[1]!);
}
