/** @file The blocks of the UNet: residual blocks with or without attention, then a change of resolution. */
import type { Value } from '../../graph/graph.ts';
import type { ModuleContext } from '../../layers/module-context.ts';
import { pixelAttention } from '../../layers/pixel-attention.ts';
import { downsample, upsample } from '../../layers/resample.ts';
import { resnetBlock } from '../../layers/resnet-block.ts';
import { spatialTransformer } from '../../layers/transformer-block.ts';
import type { UnetConfig, UnetLevel } from './unet-config.ts';

/** What every block sees besides the picture. */
export interface Conditioning {
  /** act(time embedding) [N, T]. */
  readonly activatedTime: Value;
  /** Text features [N, L, D]; blocks without a transformer do not read them. */
  readonly text: Value | undefined;
}

type AttentionKind = 'none' | 'text' | 'pixels';

function attentionKind(blockType: string): AttentionKind {
  if (blockType.startsWith('CrossAttn')) return 'text';
  return blockType.startsWith('Attn') ? 'pixels' : 'none';
}

/** True if the block reads the text. */
export function readsText(blockType: string | null): boolean {
  return blockType !== null && (attentionKind(blockType) === 'text' || blockType === 'UNetMidBlock2DCrossAttn');
}

/** Down block `index`: returns every skip connection it makes; the last one goes on. */
export function downBlock(context: ModuleContext, config: UnetConfig, index: number, x: Value, conditioning: Conditioning): readonly Value[] {
  return context.scoped(() => {
    const level = config.levels[index]!;
    const skips: Value[] = [];
    let hidden = x;
    for (let i = 0; i < level.layers; i++) {
      hidden = resnet(context.child(`resnets.${i}`), config, level, hidden, conditioning);
      hidden = attend(context.child(`attentions.${i}`), config, level, attentionKind(level.downType), hidden, conditioning);
      skips.push(hidden);
    }
    if (index < config.levels.length - 1) skips.push(downsample(context.child('downsamplers.0'), hidden, config.downsamplePadding));
    return skips;
  });
}

/** The middle block. */
export function midBlock(context: ModuleContext, config: UnetConfig, x: Value, conditioning: Conditioning): Value {
  return context.scoped(() => {
    const level = config.levels.at(-1)!;
    const first = resnet(context.child('resnets.0'), config, level, x, conditioning, config.midScaleFactor);
    if (config.midType !== 'UNetMidBlock2DCrossAttn') return first;
    const attended = transformer(context.child('attentions.0'), config, { ...level, onlyCrossAttention: false }, first, conditioning);
    return resnet(context.child('resnets.1'), config, level, attended, conditioning, config.midScaleFactor);
  });
}

/**
 * Up block `index`, which works on level `levels.length - 1 - index`.
 *
 * @param skips in the order in which they were made; the last is used first
 * @param size  [height, width] that the block leaves; undefined for the last block, which does not enlarge
 */
export function upBlock(
  context: ModuleContext,
  config: UnetConfig,
  index: number,
  x: Value,
  skips: readonly Value[],
  conditioning: Conditioning,
  size: readonly [number, number] | undefined,
): Value {
  return context.scoped(() => {
    const level = config.levels[config.levels.length - 1 - index]!;
    let hidden = x;
    skips.toReversed().forEach((skip, i) => {
      const joined = context.builder.node('Concat', [hidden, skip], { axis: 1 });
      hidden = resnet(context.child(`resnets.${i}`), config, level, joined, conditioning);
      hidden = attend(context.child(`attentions.${i}`), config, level, attentionKind(level.upType), hidden, conditioning);
    });
    return size === undefined ? hidden : upsample(context.child('upsamplers.0'), hidden, size);
  });
}

function resnet(context: ModuleContext, config: UnetConfig, level: UnetLevel, x: Value, { activatedTime }: Conditioning, outputScaleFactor = 1): Value {
  const { groups, eps, activation } = config;
  return resnetBlock(context, x, activatedTime, { outChannels: level.channels, groups, eps, activation, outputScaleFactor });
}

function attend(context: ModuleContext, config: UnetConfig, level: UnetLevel, kind: AttentionKind, x: Value, conditioning: Conditioning): Value {
  if (kind === 'none') return x;
  if (kind === 'pixels') return pixelAttention(context, x, { headDim: level.heads, groups: config.groups, eps: config.eps });
  return transformer(context, config, level, x, conditioning);
}

function transformer(context: ModuleContext, config: UnetConfig, level: UnetLevel, x: Value, { text }: Conditioning): Value {
  return spatialTransformer(context, x, text!, {
    heads: level.heads,
    layers: level.transformerLayers,
    groups: config.groups,
    linearProjection: config.linearProjection,
    onlyCrossAttention: level.onlyCrossAttention,
  });
}
