/** @file Makes the graphs that one run learns with: planned within a memory, then compiled. */
import { planTraining } from '../autodiff/checkpointing.ts';
import { compilePlan, type CompiledPlan } from '../autodiff/run-plan.ts';
import type { LoraConfig } from '../lora/lora-config.ts';
import type { LoadedModel } from '../pipelines/loaded-model.ts';
import type { Shape } from '../tensor/shape.ts';
import { attentionPartBytes, trainingStages, type TrainingStages } from './training-graph.ts';

export interface CompileTrainingOptions {
  /** [channels, height, width] of every latent. */
  readonly latentShape: Shape;
  readonly batchSize: number;
  readonly lora: LoraConfig;
  /** For activations and gradients; without a limit nothing is computed twice. */
  readonly memoryBytes?: number | undefined;
  /** The adapter's `maxStorageBufferBindingSize`, where there is one. */
  readonly bindingBytes?: number | undefined;
}

/**
 * Leaves only the UNet of a model in memory and compiles what trains its LoRA. The caller disposes `compiled`.
 *
 * @throws {AppError} `job-invalid` for an impossible LoRA, `device-out-of-memory`
 */
export async function compileTraining(
  model: LoadedModel,
  { latentShape, batchSize, lora, memoryBytes = Infinity, bindingBytes }: CompileTrainingOptions,
): Promise<{ readonly stages: TrainingStages; readonly compiled: CompiledPlan }> {
  await model.keepOnly(['unet']);
  const [, height, width] = latentShape;
  const stages = trainingStages(model.model.unet, {
    size: { batch: batchSize, height: height!, width: width!, contextLength: model.contextLength },
    lora,
    attentionBytes: attentionPartBytes(memoryBytes, bindingBytes),
  });
  const compiled = await compilePlan(model.runner, planTraining(stages.request, memoryBytes), [await model.weightsOf('unet')]);
  return { stages, compiled };
}
