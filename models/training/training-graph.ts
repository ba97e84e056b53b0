/** @file Forward pass, loss and LoRA gradients as one graph: the fastest form where all activations fit into memory. */
import { appendGradients } from '../autodiff/differentiate.ts';
import type { UnetConfig } from '../families/stable-diffusion/unet-config.ts';
import { declareInputs, unetForward, type UnetSize } from '../families/stable-diffusion/unet.ts';
import { GraphBuilder } from '../graph/graph-builder.ts';
import type { Graph, Value } from '../graph/graph.ts';
import { ModuleContext } from '../layers/module-context.ts';
import { attachLora } from '../lora/attach-lora.ts';
import type { LoraConfig } from '../lora/lora-config.ts';
import type { LoraModule } from '../lora/lora-weights.ts';
import { elementCount } from '../tensor/shape.ts';

export interface TrainingGraphOptions {
  readonly size: UnetSize;
  readonly lora: LoraConfig;
}

/**
 * Inputs: `sample` and `target` [N, C, H, W], `time_features` [N, C0], `encoder_hidden_states` [N, L, D], `loss_weight` [N, 1, H, W] and the
 * factors by `factorNames`. Outputs: `loss`, a scalar, and the gradient of every factor by `gradientName`.
 */
export interface TrainingGraph {
  readonly graph: Graph;
  readonly modules: readonly LoraModule[];
}

/** Under which output the gradient of a factor leaves the graph. */
export const gradientName = (factorName: string): string => `${factorName}.gradient`;

/** Builds the training graph of a UNet. */
export function buildTrainingGraph(config: UnetConfig, { size, lora }: TrainingGraphOptions): TrainingGraph {
  const builder = new GraphBuilder('training');
  const inputs = declareInputs(builder, config, size);
  const target = builder.input('target', 'float32', [size.batch, config.outChannels, size.height, size.width]);
  const lossWeight = builder.input('loss_weight', 'float32', [size.batch, 1, size.height, size.width]);

  const attachment = attachLora(builder, lora);
  const context = new ModuleContext(builder, 'unet', { attention: 'decomposed', adapters: attachment.lookup });
  const prediction = unetForward(context, config, inputs);

  const { loss, predictionGradient } = weightedSquaredError(builder, prediction, target, lossWeight);
  builder.output('loss', loss);
  const factors = attachment.modules.flatMap(({ down, up }) => [down, up]);
  const gradients = appendGradients(builder, new Map([[prediction, predictionGradient]]), factors);
  for (const factor of factors) builder.output(gradientName(factor.name), gradients.get(factor)!);
  return { graph: builder.build(), modules: attachment.modules.map(({ path, downShape, upShape }) => ({ path, downShape, upShape })) };
}

/** mean(w (prediction - target)^2) and its gradient 2 w (prediction - target) / n, which shares the difference. */
function weightedSquaredError(builder: GraphBuilder, prediction: Value, target: Value, weight: Value): { readonly loss: Value; readonly predictionGradient: Value } {
  return builder.scope('loss', () => {
    const difference = builder.node('Sub', [prediction, target]);
    const weighted = builder.node('Mul', [difference, weight]);
    const loss = builder.node('ReduceMean', [builder.node('Mul', [weighted, difference])], { axes: [0, 1, 2, 3], keepDims: false });
    const predictionGradient = builder.node('Mul', [weighted, builder.scalar(2 / elementCount(prediction.shape))]);
    return { loss, predictionGradient };
  });
}
