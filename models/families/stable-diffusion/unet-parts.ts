/** @file The UNet as parts tied by named tensors: the one description that whole graphs and training stages are both made from. */
import type { Value } from '../../graph/graph.ts';
import { activate } from '../../layers/activations.ts';
import { conv2d } from '../../layers/conv2d.ts';
import type { ModuleContext } from '../../layers/module-context.ts';
import { groupNorm } from '../../layers/normalization.ts';
import { timestepMlp } from '../../layers/timestep-embedding.ts';
import { downBlock, midBlock, readsText, upBlock, type Conditioning } from './unet-blocks.ts';
import type { UnetConfig } from './unet-config.ts';

/** Names of the UNet's inputs and output, in graphs and between stages. */
export const unetNames = {
  sample: 'sample',
  timeFeatures: 'time_features',
  text: 'encoder_hidden_states',
  time: 'activated_time',
  output: 'noise_pred',
} as const;

export type Values = ReadonlyMap<string, Value>;
export type PictureSize = readonly [height: number, width: number];

/** A part of the model: which boundary tensors it reads and makes. */
export interface UnetPart {
  readonly name: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly run: (context: ModuleContext, values: Values) => Values;
}

/** [height, width] of each level: halving rounds as the strided convolution does. */
function levelSizes({ levels, downsamplePadding }: UnetConfig, top: PictureSize): readonly PictureSize[] {
  const half = (size: number): number => Math.floor((size + (downsamplePadding === 0 ? 1 : 2 * downsamplePadding) - 3) / 2) + 1;
  const sizes = [top];
  for (let i = 1; i < levels.length; i++) sizes.push([half(sizes[i - 1]![0]), half(sizes[i - 1]![1])]);
  return sizes;
}

/** The parts in order. Boundary names: `skip.<n>` in the order made, `mid`, `up.<n>`. */
export function unetParts(config: UnetConfig, size: PictureSize): readonly UnetPart[] {
  const sizes = levelSizes(config, size);
  const { sample, timeFeatures, text, time, output } = unetNames;
  const last = config.levels.length - 1;
  const conditioningNames = (blockType: string | null): string[] => (readsText(blockType) ? [time, text] : [time]);
  const conditioning = (values: Values): Conditioning => ({ activatedTime: values.get(time)!, text: values.get(text) });
  const parts: UnetPart[] = [];
  const waiting = ['skip.0'];
  let hidden = 'skip.0';
  let made = 1;

  parts.push({
    name: 'input',
    inputs: [sample, timeFeatures],
    outputs: [time, hidden],
    run: (context, values) => inputPart(context, config, values.get(sample)!, values.get(timeFeatures)!),
  });

  config.levels.forEach((level, i) => {
    const from = hidden;
    const outputs = Array.from({ length: level.layers + (i < last ? 1 : 0) }, () => `skip.${made++}`);
    waiting.push(...outputs);
    hidden = outputs.at(-1)!;
    const run: UnetPart['run'] = (context, values) => {
      const skips = downBlock(context.child(`down_blocks.${i}`), config, i, values.get(from)!, conditioning(values));
      return new Map(outputs.map((name, k) => [name, skips[k]!]));
    };
    parts.push({ name: `down.${i}`, inputs: [from, ...conditioningNames(level.downType)], outputs, run });
  });

  if (config.midType !== null) {
    const from = hidden;
    hidden = 'mid';
    const run: UnetPart['run'] = (context, values) =>
      new Map<string, Value>([['mid', midBlock(context.child('mid_block'), config, values.get(from)!, conditioning(values))]]);
    parts.push({ name: 'mid', inputs: [from, ...conditioningNames(config.midType)], outputs: ['mid'], run });
  }

  config.levels.toReversed().forEach((level, i) => {
    const from = hidden;
    const name = `up.${i}`;
    hidden = name;
    const skips = waiting.splice(waiting.length - (level.layers + 1));
    const run: UnetPart['run'] = (context, values) => {
      const skipValues = skips.map((skip) => values.get(skip)!);
      return new Map([[name, upBlock(context.child(`up_blocks.${i}`), config, i, values.get(from)!, skipValues, conditioning(values), sizes[last - 1 - i])]]);
    };
    parts.push({ name, inputs: [...new Set([from, ...skips]), ...conditioningNames(level.upType)], outputs: [name], run });
  });

  const from = hidden;
  parts.push({
    name: 'output',
    inputs: [from],
    outputs: [output],
    run: (context, values) => new Map<string, Value>([[output, outputPart(context, config, values.get(from)!)]]),
  });
  return parts;
}

function inputPart(context: ModuleContext, config: UnetConfig, sample: Value, timeFeatures: Value): Values {
  const { builder } = context;
  const { activation, timeWidth } = config;
  const channels = config.levels[0]!.channels;
  // Every residual block begins with this activation: once here instead of once in each.
  const time = activate(builder, activation, timestepMlp(context.child('time_embedding'), timeFeatures, timeWidth, activation));
  return new Map<string, Value>([
    [unetNames.time, time],
    ['skip.0', conv2d(context.child('conv_in'), sample, channels, { kernel: config.convInKernel })],
  ]);
}

function outputPart(context: ModuleContext, config: UnetConfig, x: Value): Value {
  const normalized = groupNorm(context.child('conv_norm_out'), x, config.groups, config.eps);
  return conv2d(context.child('conv_out'), activate(context.builder, config.activation, normalized), config.outChannels, { kernel: config.convOutKernel });
}
