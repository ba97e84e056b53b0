/** @file Adds trainable low-rank branches to a graph while it is being built. */
import type { GraphBuilder } from '../graph/graph-builder.ts';
import type { Value } from '../graph/graph.ts';
import type { AdapterLookup } from '../layers/module-context.ts';
import { checkLoraConfig, isTarget, type LoraConfig } from './lora-config.ts';
import { factorNames, type LoraModule } from './lora-weights.ts';

/** The factors of one module as graph inputs. */
export interface AttachedModule extends LoraModule {
  readonly down: Value;
  readonly up: Value;
}

/** Where the layers of one graph ask for their adapters, and what they asked for. */
export interface LoraAttachment {
  readonly lookup: AdapterLookup;
  /** In the order in which the layers were built. */
  readonly modules: readonly AttachedModule[];
}

/**
 * Gives every targeted layer that is built with the returned lookup two graph inputs, `<path>.lora_down` and `<path>.lora_up`.
 *
 * @throws {AppError} `job-invalid` for an impossible configuration
 */
export function attachLora(builder: GraphBuilder, config: LoraConfig): LoraAttachment {
  checkLoraConfig(config);
  const modules: AttachedModule[] = [];
  const scale = config.alpha / config.rank;
  const lookup: AdapterLookup = (path, layer) => {
    if (!isTarget(config.targets, path)) return undefined;
    const convolution = layer.kind === 'conv';
    const downShape = convolution ? [config.rank, layer.inChannels, ...layer.kernel] : [config.rank, layer.inFeatures];
    const upShape = convolution ? [layer.outChannels, config.rank, 1, 1] : [layer.outFeatures, config.rank];
    const names = factorNames(path);
    const down = builder.input(names.down, 'float32', downShape);
    const up = builder.input(names.up, 'float32', upShape);
    modules.push({ path, downShape, upShape, down, up });
    return { down, up, scale };
  };
  return { lookup, modules };
}
