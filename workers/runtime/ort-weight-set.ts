/** @file Weights on a platform, shared by every graph that is compiled against them. */
import { AppError } from '#models/errors/app-error.ts';
import type { WeightSet } from '#models/runtime/graph-runner.ts';
import type { PlacedWeight } from './ort-platform.ts';

export class OrtWeightSet implements WeightSet {
  readonly sizeBytes: number;
  readonly #placed: ReadonlyMap<string, PlacedWeight>;
  #disposed = false;

  constructor(placed: ReadonlyMap<string, PlacedWeight>) {
    this.#placed = placed;
    this.sizeBytes = [...placed.values()].reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  }

  has(name: string): boolean {
    return !this.#disposed && this.#placed.has(name);
  }

  get(name: string): PlacedWeight {
    if (this.#disposed) throw new AppError('internal', { message: `weight ${name} was used after its weights were disposed` });
    return this.#placed.get(name)!;
  }

  dispose(): void {
    if (this.#disposed) return;
    this.#disposed = true;
    for (const weight of this.#placed.values()) weight.free();
  }
}
