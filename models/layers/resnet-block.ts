/** @file The residual block of UNets and autoencoders. */
import type { Value } from '../graph/graph.ts';
import { activate, type Activation } from './activations.ts';
import { conv2d } from './conv2d.ts';
import { linear } from './linear.ts';
import type { ModuleContext } from './module-context.ts';
import { groupNorm } from './normalization.ts';
import { reshape, scaleBy } from './reshape.ts';

export interface ResnetOptions {
  readonly outChannels: number;
  readonly groups: number;
  readonly eps: number;
  readonly activation: Activation;
  /** The sum is divided by this. Default 1. */
  readonly outputScaleFactor?: number;
}

/**
 * (shortcut(x) + conv(act(norm(conv(act(norm(x))) + time)))) / outputScaleFactor.
 *
 * @param x             float32 [N, C, H, W]
 * @param activatedTime act(time embedding) [N, T], the same for all blocks of a model; undefined in autoencoders
 * @returns [N, outChannels, H, W]
 */
export function resnetBlock(context: ModuleContext, x: Value, activatedTime: Value | undefined, options: ResnetOptions): Value {
  return context.scoped(() => {
    const { builder } = context;
    const { outChannels, groups, eps, activation, outputScaleFactor = 1 } = options;
    let hidden = activate(builder, activation, groupNorm(context.child('norm1'), x, groups, eps));
    hidden = conv2d(context.child('conv1'), hidden, outChannels);
    if (activatedTime !== undefined) {
      const shift = linear(context.child('time_emb_proj'), activatedTime, outChannels);
      hidden = builder.node('Add', [hidden, reshape(builder, shift, [shift.shape[0]!, outChannels, 1, 1])]);
    }
    hidden = activate(builder, activation, groupNorm(context.child('norm2'), hidden, groups, eps));
    hidden = conv2d(context.child('conv2'), hidden, outChannels);
    const shortcut = x.shape[1] === outChannels ? x : conv2d(context.child('conv_shortcut'), x, outChannels, { kernel: 1 });
    return scaleBy(builder, builder.node('Add', [shortcut, hidden]), 1 / outputScaleFactor);
  });
}
