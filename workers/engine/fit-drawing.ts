/** @file Says no to a drawing that does not fit into the memory there is, before a weight is read. */
import { formatBytes } from '#models/budget/describe-need.ts';
import { drawingNeed, totalBytes } from '#models/budget/memory-need.ts';
import { mergingNeed } from '#models/budget/merging-need.ts';
import { AppError } from '#models/errors/app-error.ts';
import type { StableDiffusionModel } from '#models/families/stable-diffusion/index.ts';
import type { WeightedLora } from '#models/lora/merge-lora.ts';
import type { EngineMemory } from './engine-memory.ts';

/** @throws {AppError} `model-too-large` */
export function requireRoomToDraw(
  model: StableDiffusionModel,
  [widthPx, heightPx]: readonly [number, number],
  loras: readonly WeightedLora[],
  memory: EngineMemory,
): void {
  const need = drawingNeed(model, widthPx, heightPx, memory, mergingNeed(loras));
  if (totalBytes(need) <= memory.availableBytes) return;
  const message = `${formatBytes(memory.availableBytes)} can be used here; drawing at ${widthPx} x ${heightPx} px takes ${formatBytes(totalBytes(need))}, ${formatBytes(need.weightBytes)} of them for the weights`;
  throw new AppError('model-too-large', { message, help: 'Use the built-in model or a smaller one, or draw on a computer with more memory.' });
}
