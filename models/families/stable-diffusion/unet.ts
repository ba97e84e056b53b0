/** @file UNet2DConditionModel as a list of parts tied by named tensors: folded into one graph, or handed out as stages for training. */
import { GraphBuilder } from '../../graph/graph-builder.ts';
import type { Graph, Value } from '../../graph/graph.ts';
import type { Stage } from '../../autodiff/stage.ts';
import { activate } from '../../layers/activations.ts';
import { conv2d } from '../../layers/conv2d.ts';
import { ModuleContext, type AdaptableLayer, type LayerOptions } from '../../layers/module-context.ts';
import { groupNorm } from '../../layers/normalization.ts';
import { timestepMlp, timestepSinusoid } from '../../layers/timestep-embedding.ts';
import { downBlock, midBlock, readsText, upBlock, type Conditioning } from './unet-blocks.ts';
import type { UnetConfig } from './unet-config.ts';

/** Names of the UNet's inputs and output, in graphs and between stages. */
export const unetNames = { sample: 'sample', timestep: 'timestep', text: 'encoder_hidden_states', time: 'activated_time', output: 'noise_pred' } as const;

/** Sizes of one graph; all static. */
export interface UnetSize {
  readonly batch: number;
  /** In latent pixels, at least 2 ** (levels - 1). */
  readonly height: number;
  readonly width: number;
  /** Tokens of text. */
  readonly contextLength: number;
}

export interface UnetInputs {
  /** Noisy latent, float32 [N, C, H, W]. */
  readonly sample: Value;
  /** float32 [N]. */
  readonly timestep: Value;
  /** float32 [N, L, D]. */
  readonly encoderHiddenStates: Value;
}

type Values = ReadonlyMap<string, Value>;
type PictureSize = readonly [height: number, width: number];

/** A part of the model: which boundary tensors it reads and makes. */
interface UnetPart {
  readonly name: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly run: (context: ModuleContext, values: Values) => Values;
}

/** How a stage finds the adapter of a layer: the names of its two tensors among the stage's inputs. */
export interface NamedAdapter {
  readonly down: string;
  readonly up: string;
  readonly downShape: readonly number[];
  readonly upShape: readonly number[];
  readonly scale: number;
}

/** As `LayerOptions`, with adapters by name: a stage is built by whoever owns the adapter tensors. */
export interface UnetStageOptions extends Omit<LayerOptions, 'adapters'> {
  readonly adapters?: (modulePath: string, layer: AdaptableLayer) => NamedAdapter | undefined;
}

/**
 * Adds the whole UNet to the context's builder.
 *
 * @returns the predicted noise (or velocity), float32 [N, outChannels, H, W]
 */
export function unetForward(context: ModuleContext, config: UnetConfig, { sample, timestep, encoderHiddenStates }: UnetInputs): Value {
  const values = new Map<string, Value>([[unetNames.sample, sample], [unetNames.timestep, timestep], [unetNames.text, encoderHiddenStates]]);
  for (const part of unetParts(config, [sample.shape[2]!, sample.shape[3]!])) for (const [name, value] of part.run(context, values)) values.set(name, value);
  return values.get(unetNames.output)!;
}

/** The UNet as one graph with inputs `sample`, `timestep` and `encoder_hidden_states` and output `noise_pred`. */
export function buildUnet(config: UnetConfig, options: UnetSize & LayerOptions): Graph {
  const builder = new GraphBuilder('unet');
  const inputs = declareInputs(builder, config, options);
  builder.output(unetNames.output, unetForward(new ModuleContext(builder, 'unet', options), config, inputs));
  return builder.build();
}

/** Width of the text features that the UNet attends to. */
export function textWidth({ levels }: UnetConfig): number {
  return (levels.find(({ downType, upType }) => readsText(downType) || readsText(upType)) ?? levels.at(-1)!).crossAttentionDim;
}

/** Declares the UNet's three inputs. */
export function declareInputs(builder: GraphBuilder, config: UnetConfig, { batch, height, width, contextLength }: UnetSize): UnetInputs {
  return {
    sample: builder.input(unetNames.sample, 'float32', [batch, config.inChannels, height, width]),
    timestep: builder.input(unetNames.timestep, 'float32', [batch]),
    encoderHiddenStates: builder.input(unetNames.text, 'float32', [batch, contextLength, textWidth(config)]),
  };
}

/**
 * The UNet as stages: input and time embedding, each down block, the middle, each up block, output.
 *
 * Each stage lists the adapter tensors that its own layers use among its inputs, after the boundary tensors.
 */
export function unetStages(config: UnetConfig, size: UnetSize, options: UnetStageOptions): readonly Stage[] {
  // One rehearsal on a scratch builder finds which adapters each part asks for.
  const scratch = new GraphBuilder('rehearsal');
  const { sample, timestep, encoderHiddenStates } = declareInputs(scratch, config, size);
  const rehearsed = new Map<string, Value>([[unetNames.sample, sample], [unetNames.timestep, timestep], [unetNames.text, encoderHiddenStates]]);
  return unetParts(config, [size.height, size.width]).map((part) => {
    const used: string[] = [];
    const rehearsal = new ModuleContext(scratch, 'unet', {
      ...options,
      adapters: (path, layer) => {
        const named = options.adapters?.(path, layer);
        if (named === undefined) return undefined;
        used.push(named.down, named.up);
        return { down: scratch.input(named.down, 'float32', named.downShape), up: scratch.input(named.up, 'float32', named.upShape), scale: named.scale };
      },
    });
    for (const [name, value] of part.run(rehearsal, rehearsed)) rehearsed.set(name, value);
    return {
      name: part.name,
      inputs: [...part.inputs, ...used],
      outputs: part.outputs,
      build: (builder, values) => part.run(new ModuleContext(builder, 'unet', { ...options, adapters: adaptersFrom(values, options) }), values),
    };
  });
}

const adaptersFrom =
  (values: Values, { adapters }: UnetStageOptions): NonNullable<LayerOptions['adapters']> =>
  (path, layer) => {
    const named = adapters?.(path, layer);
    return named && { down: values.get(named.down)!, up: values.get(named.up)!, scale: named.scale };
  };

/** [height, width] of each level: halving rounds as the strided convolution does. */
function levelSizes({ levels, downsamplePadding }: UnetConfig, top: PictureSize): readonly PictureSize[] {
  const half = (size: number): number => Math.floor((size + (downsamplePadding === 0 ? 1 : 2 * downsamplePadding) - 3) / 2) + 1;
  const sizes = [top];
  for (let i = 1; i < levels.length; i++) sizes.push([half(sizes[i - 1]![0]), half(sizes[i - 1]![1])]);
  return sizes;
}

/** The parts in order. Boundary names: `skip.<n>` in the order made, `mid`, `up.<n>`. */
function unetParts(config: UnetConfig, size: PictureSize): readonly UnetPart[] {
  const sizes = levelSizes(config, size);
  const { sample, timestep, text, time, output } = unetNames;
  const last = config.levels.length - 1;
  const conditioningNames = (blockType: string | null): string[] => (readsText(blockType) ? [time, text] : [time]);
  const conditioning = (values: Values): Conditioning => ({ activatedTime: values.get(time)!, text: values.get(text) });
  const parts: UnetPart[] = [];
  const waiting = ['skip.0'];
  let hidden = 'skip.0';
  let made = 1;

  parts.push({ name: 'input', inputs: [sample, timestep], outputs: [time, hidden], run: (context, values) => inputPart(context, config, values.get(sample)!, values.get(timestep)!) });

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
    const run: UnetPart['run'] = (context, values) => new Map<string, Value>([['mid', midBlock(context.child('mid_block'), config, values.get(from)!, conditioning(values))]]);
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
  parts.push({ name: 'output', inputs: [from], outputs: [output], run: (context, values) => new Map<string, Value>([[output, outputPart(context, config, values.get(from)!)]]) });
  return parts;
}

function inputPart(context: ModuleContext, config: UnetConfig, sample: Value, timestep: Value): Values {
  const { builder } = context;
  const { flipSinToCos, freqShift, activation, timeWidth } = config;
  const channels = config.levels[0]!.channels;
  const sinusoid = timestepSinusoid(context, timestep, { width: channels, flipSinToCos, freqShift });
  // Every residual block begins with this activation: once here instead of once in each.
  const time = activate(builder, activation, timestepMlp(context.child('time_embedding'), sinusoid, timeWidth, activation));
  return new Map<string, Value>([[unetNames.time, time], ['skip.0', conv2d(context.child('conv_in'), sample, channels, { kernel: config.convInKernel })]]);
}

function outputPart(context: ModuleContext, config: UnetConfig, x: Value): Value {
  const normalized = groupNorm(context.child('conv_norm_out'), x, config.groups, config.eps);
  return conv2d(context.child('conv_out'), activate(context.builder, config.activation, normalized), config.outChannels, { kernel: config.convOutKernel });
}
