/** @file Two-dimensional convolution with its adapter. */
import type { Value } from '../graph/graph.ts';
import type { ModuleContext } from './module-context.ts';

export interface ConvOptions {
  /** Side of the square kernel. Default 3. */
  readonly kernel?: number;
  /** Default 1. */
  readonly stride?: number;
  /** [top, left, bottom, right]; by default what keeps the size at stride 1. */
  readonly pads?: readonly [number, number, number, number];
  /** Default true. */
  readonly bias?: boolean;
}

/**
 * Convolves a picture.
 *
 * @param x float32 [N, Cin, H, W]
 * @returns [N, outChannels, H', W']
 */
export function conv2d(context: ModuleContext, x: Value, outChannels: number, options: ConvOptions = {}): Value {
  return context.scoped(() => {
    const { builder } = context;
    const inChannels = x.shape[1]!;
    const side = options.kernel ?? 3;
    const stride = [options.stride ?? 1, options.stride ?? 1] as const;
    const border = Math.floor((side - 1) / 2);
    const pads = options.pads ?? ([border, border, border, border] as const);
    const attributes = { strides: stride, pads, dilations: [1, 1], group: 1 } as const;
    const weight = context.weight('weight', [outChannels, inChannels, side, side]);
    const bias = (options.bias ?? true) ? [context.weight('bias', [outChannels])] : [];
    const y = builder.node('Conv', [x, weight, ...bias], attributes);
    const adapter = context.adapter({ kind: 'conv', inChannels, outChannels, kernel: [side, side], stride });
    if (adapter === undefined) return y;
    const narrow = builder.node('Conv', [x, adapter.down], attributes);
    // Scaled while narrow: rank channels instead of outChannels.
    const scaled = builder.node('Mul', [narrow, builder.scalar(adapter.scale)]);
    const wide = builder.node('Conv', [scaled, adapter.up], { strides: [1, 1], pads: [0, 0, 0, 0], dilations: [1, 1], group: 1 });
    return builder.node('Add', [y, wide]);
  });
}
