/** @file A component's weights with likenesses merged in: the changed layers first, then the rest as the files have it. */
import type { ModelWeights } from '../families/stable-diffusion/model-weights.ts';
import { components, type Component } from '../families/stable-diffusion/weight-names.ts';
import type { WeightedLora } from '../lora/merge-lora.ts';
import { mergedWeights, type MergeOptions } from '../lora/merge-on-runner.ts';
import type { GraphRunner } from '../runtime/graph-runner.ts';
import type { Tensor } from '../tensor/tensor.ts';

/** Components of which at least one layer is changed. */
export function changedComponents(loras: readonly WeightedLora[]): readonly Component[] {
  return components.filter((component) => loras.some(({ weights }) => [...weights.keys()].some((path) => path.startsWith(`${component}.`))));
}

/** All weights of a component, one after another. @throws {AppError} what `mergedWeights` throws */
export async function* mergedComponent(
  runner: GraphRunner,
  stored: ModelWeights,
  component: Component,
  loras: readonly WeightedLora[],
  options: MergeOptions,
): AsyncGenerator<readonly [name: string, weight: Tensor]> {
  const own = loras.map(({ weights, weight }) => ({ weights: new Map([...weights].filter(([path]) => path.startsWith(`${component}.`))), weight }));
  const changed = new Set<string>();
  for await (const entry of mergedWeights(runner, stored, own, options)) {
    changed.add(entry[0]);
    yield entry;
  }
  for (const name of stored.placedNames(component)) {
    if (changed.has(name)) continue;
    await options.beforeLayer?.();
    yield [name, (await stored.read(name))!] as const;
  }
}
