/** @file Forward pass, loss and LoRA gradients as one graph: the fastest form where all activations fit into memory. */
import { appendGradients } from '../autodiff/differentiate.ts';
import type { StableDiffusionModel } from '../families/stable-diffusion/index.ts';
import { unetForward } from '../families/stable-diffusion/unet.ts';
import { GraphBuilder } from '../graph/graph-builder.ts';
import type { Graph, Value } from '../graph/graph.ts';
import { ModuleContext } from '../layers/module-context.ts';
import { attachLora } from '../lora/attach-lora.ts';
import type { LoraConfig } from '../lora/lora-config.ts';
import type { LoraModule } from '../lora/lora-weights.ts';
import { elementCount } from '../tensor/shape.ts';

export interface TrainingGraphOptions {
  readonly batchSize: number;
  /** Of the latent, in latent pixels. */
  readonly height: number;
  readonly width: number;
  readonly lora: LoraConfig;
}

/**
 * Inputs: `sample` and `target` [N, C, H, W], `timestep` [N], `encoder_hidden_states` [N, L, D], `loss_weight` [N, 1, H, W] and the
 * factors by `factorNames`. Outputs: `loss`, a scalar, and the gradient of every factor by `gradientName`.
 */
export interface TrainingGraph {
  readonly graph: Graph;
  readonly modules: readonly LoraModule[];
}

/** Under which output the gradient of a factor leaves the graph. */
export const gradientName = (factorName: string): string => `${factorName}.gradient`;

/** Builds the training graph of a model's UNet. */
export function buildTrainingGraph(model: StableDiffusionModel, { batchSize, height, width, lora }: TrainingGraphOptions): TrainingGraph {
  const builder = new GraphBuilder('training');
  const latentShape = [batchSize, model.unet.inChannels, height, width];
  const sample = builder.input('sample', 'float32', latentShape);
  const timestep = builder.input('timestep', 'float32', [batchSize]);
  const encoderHiddenStates = builder.input('encoder_hidden_states', 'float32', [batchSize, model.contextLength, model.unet.crossAttentionDim]);
  const target = builder.input('target', 'float32', latentShape);
  const lossWeight = builder.input('loss_weight', 'float32', [batchSize, 1, height, width]);

  const attachment = attachLora(builder, lora);
  const context = new ModuleContext(builder, 'unet', { attention: 'decomposed', adapters: attachment.lookup });
  const prediction = unetForward(context, model.unet, { sample, timestep, encoderHiddenStates });

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
