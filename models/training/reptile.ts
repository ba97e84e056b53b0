/** @file Learning where to start from: a LoRA from which any face is learned in few samples. */
import type { LoraFactors, LoraWeights } from '../lora/lora-weights.ts';

/**
 * One outer step of Reptile: the start moves a share of the way to what was learned from it on one task.
 * Both must have the same layers and shapes, which holds when one was trained from the other.
 *
 * @param share 0 leaves the start where it was, 1 takes what was learned
 * @see Nichol, Achiam, Schulman, "On First-Order Meta-Learning Algorithms", 2018
 */
export function moveTowards(start: LoraWeights, learned: LoraWeights, share: number): Map<string, LoraFactors> {
  return new Map(
    [...start].map(([path, factors]) => {
      const { down, up } = learned.get(path)!;
      return [path, { ...factors, down: between(factors.down, down, share), up: between(factors.up, up, share) }];
    }),
  );
}

function between(from: LoraFactors['down'], to: LoraFactors['down'], share: number): LoraFactors['down'] {
  return { ...from, data: from.data.map((value, index) => value + share * (to.data[index]! - value)) };
}
