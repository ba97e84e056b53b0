/** @file What one training sample computes: the UNet's stages with their LoRA branches, then the loss. */
import type { TrainingRequest } from '../autodiff/checkpointing.ts';
import type { Stage } from '../autodiff/stage.ts';
import type { UnetConfig } from '../families/stable-diffusion/unet-config.ts';
import { declareInputs, unetNames, unetStages, type UnetSize } from '../families/stable-diffusion/unet.ts';
import { GraphBuilder } from '../graph/graph-builder.ts';
import type { ValueType } from '../graph/ops/op-definition.ts';
import { nameLora } from '../lora/name-lora.ts';
import type { LoraConfig } from '../lora/lora-config.ts';
import { factorNames, type LoraModule } from '../lora/lora-weights.ts';

export interface TrainingSize {
  readonly size: UnetSize;
  readonly lora: LoraConfig;
  /** Largest matrix of attention scores; see `attentionPartBytes`. */
  readonly attentionBytes?: number;
}

/** What every WebGPU adapter binds. */
const usualBindingBytes = 128 * 2 ** 20;

/**
 * How large a matrix of attention scores may be where activations have `byteBudget`: a backward pass holds half a dozen at once.
 *
 * @param bindingBytes the adapter's `maxStorageBufferBindingSize`, where that is less
 */
export function attentionPartBytes(byteBudget: number, bindingBytes: number = usualBindingBytes): number {
  return Math.max(2 ** 22, Math.min(usualBindingBytes, bindingBytes, byteBudget / 32));
}

/**
 * Fed: `sample` and `target` [N, C, H, W], `time_features` [N, C0], `encoder_hidden_states` [N, L, D], `loss_weight` [N, 1, H, W]
 * and the factors by `factorNames`, which are what is trained. Made: `loss`, a scalar.
 */
export interface TrainingStages {
  readonly request: TrainingRequest;
  readonly modules: readonly LoraModule[];
}

/** Names of what a training sample is fed beside the UNet's own inputs. */
export const lossNames = { target: 'target', weight: 'loss_weight', loss: 'loss' } as const;

/**
 * The stages of training a UNet's LoRA; `planTraining` makes one graph of them, or several within a memory budget.
 *
 * @throws {AppError} `job-invalid` for an impossible LoRA
 */
export function trainingStages(config: UnetConfig, { size, lora, attentionBytes }: TrainingSize): TrainingStages {
  const { lookup, modules } = nameLora(lora);
  const stages = [
    ...unetStages(config, size, { attention: 'decomposed', adapters: lookup, ...(attentionBytes !== undefined && { attentionBytes }) }),
    lossStage,
  ];

  const inputs = declareInputs(new GraphBuilder('types only'), config, size);
  const fed = new Map<string, ValueType>(Object.values(inputs).map((value) => [value.name, value]));
  fed.set(lossNames.target, { dtype: 'float32', shape: [size.batch, config.outChannels, size.height, size.width] });
  fed.set(lossNames.weight, { dtype: 'float32', shape: [size.batch, 1, size.height, size.width] });
  for (const { path, downShape, upShape } of modules) {
    fed.set(factorNames(path).down, { dtype: 'float32', shape: downShape });
    fed.set(factorNames(path).up, { dtype: 'float32', shape: upShape });
  }
  const trained = modules.flatMap(({ path }) => [factorNames(path).down, factorNames(path).up]);
  return { request: { stages, fed, trained, loss: lossNames.loss }, modules };
}

/** mean(w (prediction - target)^2). */
const lossStage: Stage = {
  name: 'loss',
  inputs: [unetNames.output, lossNames.target, lossNames.weight],
  outputs: [lossNames.loss],
  build: (builder, values) => {
    const difference = builder.node('Sub', [values.get(unetNames.output)!, values.get(lossNames.target)!]);
    const weighted = builder.node('Mul', [difference, values.get(lossNames.weight)!]);
    const loss = builder.node('ReduceMean', [builder.node('Mul', [weighted, difference])], { axes: [0, 1, 2, 3], keepDims: false });
    return new Map([[lossNames.loss, loss]]);
  },
};
