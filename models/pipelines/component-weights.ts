/** @file The weights of a model on the device, component by component: placed when first needed, and gone when others need the room. */
import { components, type Component } from '../families/stable-diffusion/weight-names.ts';
import type { ModelWeights } from '../families/stable-diffusion/model-weights.ts';
import type { GraphRunner, WeightSet, WeightStream } from '../runtime/graph-runner.ts';

/** Owns the sets it places. */
export class ComponentWeights {
  readonly #runner: GraphRunner;
  readonly #stored: ModelWeights;
  readonly #placed = new Map<Component, Promise<WeightSet>>();

  constructor(runner: GraphRunner, stored: ModelWeights) {
    this.#runner = runner;
    this.#stored = stored;
  }

  /**
   * A component's weights on the device, read from the model's files if they are not there. A failed placing is forgotten.
   *
   * @param beforeWeight awaited before each is read; throws to stop
   * @throws {AppError} `weights-corrupt`, `device-out-of-memory`, and what `beforeWeight` throws
   */
  of(component: Component, beforeWeight?: () => Promise<void>): Promise<WeightSet> {
    return this.#placed.get(component) ?? this.place(component, this.#stored.stream(component, beforeWeight));
  }

  /** Places other weights than those of the files; what is there must have been freed. */
  place(component: Component, weights: WeightStream): Promise<WeightSet> {
    const placing = this.#runner.upload(weights);
    this.#placed.set(component, placing);
    placing.catch(() => {
      if (this.#placed.get(component) === placing) this.#placed.delete(component);
    });
    return placing;
  }

  /** Those that are on the device, or on their way there. */
  get present(): readonly Component[] {
    return components.filter((component) => this.#placed.has(component));
  }

  /** Frees a component's weights; graphs that were compiled against them must be gone. */
  async free(component: Component): Promise<void> {
    const placed = this.#placed.get(component);
    this.#placed.delete(component);
    (await placed)?.dispose();
  }
}
