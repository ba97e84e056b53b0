/** @file Names the low-rank branches of a model while its graphs are being built: which layers have one, and of which shape. */
import type { NamedAdapter, UnetStageOptions } from '../families/stable-diffusion/unet.ts';
import { checkLoraConfig, isTarget, type LoraConfig } from './lora-config.ts';
import { factorNames, type LoraModule } from './lora-weights.ts';

/** Where the layers of a model ask for their adapters, and what they asked for. */
export interface NamedLora {
  readonly lookup: NonNullable<UnetStageOptions['adapters']>;
  /** Every targeted layer once, in the order in which the layers were first built. */
  readonly modules: readonly LoraModule[];
}

/**
 * Gives every targeted layer two tensors, named by `factorNames`. The list of modules is complete once the model was built.
 *
 * @throws {AppError} `job-invalid` for an impossible configuration
 */
export function nameLora(config: LoraConfig): NamedLora {
  checkLoraConfig(config);
  const modules: LoraModule[] = [];
  const known = new Map<string, NamedAdapter>();
  const lookup: NamedLora['lookup'] = (path, layer) => {
    if (!isTarget(config.targets, path)) return undefined;
    const asked = known.get(path);
    if (asked !== undefined) return asked;
    const convolution = layer.kind === 'conv';
    const downShape = convolution ? [config.rank, layer.inChannels, ...layer.kernel] : [config.rank, layer.inFeatures];
    const upShape = convolution ? [layer.outChannels, config.rank, 1, 1] : [layer.outFeatures, config.rank];
    const adapter = { ...factorNames(path), downShape, upShape, scale: config.alpha / config.rank };
    known.set(path, adapter);
    modules.push({ path, downShape, upShape });
    return adapter;
  };
  return { lookup, modules };
}
