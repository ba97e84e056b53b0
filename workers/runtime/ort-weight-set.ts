/** @file Weights on a platform, shared by every graph that is compiled against them. */
import { AppError } from '#models/errors/app-error.ts';
import type { WeightSet } from '#models/runtime/graph-runner.ts';
import type { OrtDevice } from './ort-device.ts';
import type { PlacedWeight } from './ort-platform.ts';

export class OrtWeightSet implements WeightSet {
  readonly sizeBytes: number;
  /** Empty after the end: whoever still holds the set holds no weights, which is what frees those on the host. */
  #placed: ReadonlyMap<string, PlacedWeight>;
  readonly #device: OrtDevice;
  readonly #forget: () => void;

  /** @param forget called when the set is disposed */
  constructor(placed: ReadonlyMap<string, PlacedWeight>, device: OrtDevice, forget: (set: OrtWeightSet) => void) {
    this.#placed = placed;
    this.#device = device;
    this.#forget = () => {
      forget(this);
    };
    this.sizeBytes = [...placed.values()].reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  }

  has(name: string): boolean {
    return this.#placed.has(name);
  }

  get(name: string): PlacedWeight {
    const weight = this.#placed.get(name);
    if (weight === undefined) throw new AppError('internal', { message: `weight ${name} was used after its weights were disposed` });
    return weight;
  }

  /** In turn: what was asked for before still finds them. */
  dispose(): void {
    const placed = this.#placed;
    if (placed.size === 0) return;
    this.#placed = new Map();
    this.#forget();
    this.#device.release(() => {
      for (const weight of placed.values()) weight.free();
    });
  }
}
