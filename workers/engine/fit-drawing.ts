/** @file Says no to a drawing that does not fit into the memory there is, before a weight is read. */
import { formatBytes } from '#models/budget/describe-need.ts';
import { drawingNeed, totalBytes, type MergingNeed } from '#models/budget/memory-need.ts';
import { AppError } from '#models/errors/app-error.ts';
import type { StableDiffusionModel } from '#models/families/stable-diffusion/index.ts';
import type { WeightedLora } from '#models/lora/merge-lora.ts';
import { countLoraParameters } from '#models/lora/lora-weights.ts';
import type { EngineMemory } from './engine-memory.ts';

/** @throws {AppError} `model-too-large` */
export function requireRoomToDraw(
  model: StableDiffusionModel,
  [widthPx, heightPx]: readonly [number, number],
  loras: readonly WeightedLora[],
  memory: EngineMemory,
): void {
  const need = drawingNeed(model, widthPx, heightPx, memory, mergingOf(loras));
  if (totalBytes(need) <= memory.availableBytes) return;
  const message = `${formatBytes(memory.availableBytes)} can be used here; drawing at ${widthPx} x ${heightPx} px takes ${formatBytes(totalBytes(need))}, ${formatBytes(need.weightBytes)} of them for the weights`;
  throw new AppError('model-too-large', { message, help: 'Use the built-in model or a smaller one, or draw on a computer with more memory.' });
}

function mergingOf(loras: readonly WeightedLora[]): MergingNeed | null {
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
