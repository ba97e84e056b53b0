/** @file A likeness as numbers: two small matrices for each layer it changes. */
import { TorchRandom } from '../tensor/random.ts';
import { zeros, type Tensor } from '../tensor/tensor.ts';
import type { Shape } from '../tensor/shape.ts';

/** One layer that a LoRA changes. */
export interface LoraModule {
  /** Dotted path of the layer, such as `unet.mid_block.attentions.0.transformer_blocks.0.attn1.to_q`. */
  readonly path: string;
  /** [rank, in] for a linear layer, [rank, in, kh, kw] for a convolution. */
  readonly downShape: Shape;
  /** [out, rank] or [out, rank, 1, 1]. */
  readonly upShape: Shape;
}

/** The factors of one layer; the layer's weight changes by `scale * up x down`. */
export interface LoraFactors {
  readonly down: Tensor<'float32'>;
  readonly up: Tensor<'float32'>;
  /** alpha / rank. */
  readonly scale: number;
}

/** Module path -> factors. */
export type LoraWeights = ReadonlyMap<string, LoraFactors>;

/** Names under which a training graph takes and differentiates the factors. */
export const factorNames = (path: string): { readonly down: string; readonly up: string } => ({
  down: `${path}.lora_down`,
  up: `${path}.lora_up`,
});

/**
 * Fresh factors: `down` uniform in +-1/sqrt(inputs per output), `up` zero, so that training starts from the unchanged model.
 *
 * @see kaiming_uniform_(a=sqrt(5)), the initialisation of PEFT and kohya
 */
export function initializeLora(modules: readonly LoraModule[], scale: number, seed: number): Map<string, LoraFactors> {
  const random = new TorchRandom(seed);
  return new Map(
    modules.map(({ path, downShape, upShape }) => {
      const down = zeros('float32', downShape);
      const bound = 1 / Math.sqrt(down.data.length / downShape[0]!);
      const uniform = random.uniform(down.data.length);
      for (let i = 0; i < uniform.length; i++) down.data[i] = (2 * uniform[i]! - 1) * bound;
      return [path, { down, up: zeros('float32', upShape), scale }];
    }),
  );
}

/** How many numbers a likeness holds. */
export function countLoraParameters(weights: LoraWeights): number {
  let count = 0;
  for (const { down, up } of weights.values()) count += down.data.length + up.data.length;
  return count;
}
