/** @file The model to turn to where the chosen one is too large to learn with. Pure. */
import { catalog, type ModelCard, type ModelId } from '#models/catalog/index.ts';
import type { Backend } from '#workers/contract/engine.ts';

/**
 * The largest model of the list with which learning fits: the built-in one where no other does.
 *
 * @param availableBytes for the model, its training and the runtime together
 * @param backend        what does the work
 * @param tooLarge       id of the model that does not fit
 */
export function lighterModel(availableBytes: number, backend: Backend, tooLarge: string): ModelId {
  let [best, mostBytes]: [ModelId, number] = ['builtin', 0];
  for (const [id, card] of Object.entries<ModelCard>(catalog)) {
    const needBytes = (card.memoryGb?.[backend].learn ?? Infinity) * 1e9;
    if (card.role !== 'base' || id === tooLarge || needBytes > availableBytes || needBytes <= mostBytes) continue;
    [best, mostBytes] = [id as ModelId, needBytes];
  }
  return best;
}
