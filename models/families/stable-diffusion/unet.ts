/** @file UNet2DConditionModel as one graph, or as the stages of block-wise training. */
import { GraphBuilder } from '../../graph/graph-builder.ts';
import type { Graph, Value } from '../../graph/graph.ts';
import type { Stage } from '../../autodiff/stage.ts';
import { ModuleContext, type AdaptableLayer, type LayerOptions } from '../../layers/module-context.ts';
import { timestepSinusoid } from '../../layers/timestep-embedding.ts';
import type { Tensor } from '../../tensor/tensor.ts';
import { readsText } from './unet-blocks.ts';
import type { UnetConfig } from './unet-config.ts';
import { unetNames, unetParts, type Values } from './unet-parts.ts';

export { unetNames };

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
  readonly timeFeatures: Value;
  /** float32 [N, L, D]. */
  readonly encoderHiddenStates: Value;
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
export function unetForward(context: ModuleContext, config: UnetConfig, { sample, timeFeatures, encoderHiddenStates }: UnetInputs): Value {
  const values = new Map<string, Value>([
    [unetNames.sample, sample],
    [unetNames.timeFeatures, timeFeatures],
    [unetNames.text, encoderHiddenStates],
  ]);
  for (const part of unetParts(config, [sample.shape[2]!, sample.shape[3]!])) for (const [name, value] of part.run(context, values)) values.set(name, value);
  return values.get(unetNames.output)!;
}

/** The UNet as one graph with inputs `sample`, `time_features` (see `timeFeatures`) and `encoder_hidden_states` and output `noise_pred`. */
export function buildUnet(config: UnetConfig, options: UnetSize & LayerOptions): Graph {
  const builder = new GraphBuilder('unet');
  const inputs = declareInputs(builder, config, options);
  builder.output(unetNames.output, unetForward(new ModuleContext(builder, 'unet', options), config, inputs));
  return builder.build();
}

/** Timesteps as the UNet's `time_features` input, float32 [timesteps, first level's channels]. */
export function timeFeatures({ levels, flipSinToCos, freqShift }: UnetConfig, timesteps: ArrayLike<number>): Tensor<'float32'> {
  return timestepSinusoid(timesteps, { width: levels[0]!.channels, flipSinToCos, freqShift });
}

/** Width of the text features that the UNet attends to. */
export function textWidth({ levels }: UnetConfig): number {
  return (levels.find(({ downType, upType }) => readsText(downType) || readsText(upType)) ?? levels.at(-1)!).crossAttentionDim;
}

/** Declares the UNet's three inputs. */
export function declareInputs(builder: GraphBuilder, config: UnetConfig, { batch, height, width, contextLength }: UnetSize): UnetInputs {
  return {
    sample: builder.input(unetNames.sample, 'float32', [batch, config.inChannels, height, width]),
    timeFeatures: builder.input(unetNames.timeFeatures, 'float32', [batch, config.levels[0]!.channels]),
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
  const { sample, timeFeatures, encoderHiddenStates } = declareInputs(scratch, config, size);
  const rehearsed = new Map<string, Value>([
    [unetNames.sample, sample],
    [unetNames.timeFeatures, timeFeatures],
    [unetNames.text, encoderHiddenStates],
  ]);
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
