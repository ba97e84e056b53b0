/** @file What merging LoRAs into a model takes, from their sizes alone. */
import { countLoraParameters } from '../lora/lora-weights.ts';
import type { WeightedLora } from '../lora/merge-lora.ts';
import type { MergingNeed } from './memory-need.ts';

/** Null where nothing is merged. */
export function mergingNeed(loras: readonly WeightedLora[]): MergingNeed | null {
  if (loras.length === 0) return null;
  const layers = new Map<string, { readonly outputs: number; readonly inputs: number; readonly rank: number }>();
  for (const { weights } of loras) {
    for (const [path, { down, up }] of weights) {
      const rank = down.shape[0]!;
      layers.set(path, { outputs: up.shape[0]!, inputs: down.data.length / rank, rank: rank + (layers.get(path)?.rank ?? 0) });
    }
  }
  const bytes = [...layers.values()].map(({ outputs, inputs, rank }) => 4 * (2 * outputs * inputs + rank * (outputs + inputs)));
  return { factorBytes: 4 * loras.reduce((sum, { weights }) => sum + countLoraParameters(weights), 0), layerBytes: Math.max(0, ...bytes) };
}
