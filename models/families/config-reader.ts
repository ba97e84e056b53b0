/** @file Reads a model's config.json: typed, with defaults, and plain about what we do not build. */
import { AppError } from '../errors/app-error.ts';

/** One parsed config file. `null` and a missing key both mean the default. */
export class ConfigReader {
  readonly #name: string;
  readonly #entries: ReadonlyMap<string, unknown>;

  /**
   * @param name what messages call the file, such as `unet/config.json`
   * @throws {AppError} `model-unknown` if `json` is not an object
   */
  constructor(name: string, json: unknown) {
    this.#name = name;
    if (typeof json !== 'object' || json === null || Array.isArray(json)) {
      throw new AppError('model-unknown', { message: `${name} does not hold a configuration`, help: 'Choose a folder in diffusers format.' });
    }
    this.#entries = new Map(Object.entries(json));
  }

  /** Throws `model-unknown` naming the key, its value and what would be understood. */
  reject(key: string, supported: string): never {
    throw new AppError('model-unknown', {
      message: `${this.#name}: ${key} is ${JSON.stringify(this.#entries.get(key) ?? null)}; supported: ${supported}`,
      help: 'This model uses a part that Likeness does not build. Stable Diffusion 1.x and 2.x models in diffusers format work.',
    });
  }

  number(key: string, fallback?: number): number {
    const value = this.#value(key, fallback);
    return typeof value === 'number' && Number.isFinite(value) ? value : this.reject(key, 'a number');
  }

  /** A whole number of at least `least`. */
  count(key: string, fallback?: number, least = 1): number {
    const value = this.number(key, fallback);
    return Number.isInteger(value) && value >= least ? value : this.reject(key, `a whole number of at least ${least}`);
  }

  boolean(key: string, fallback: boolean): boolean {
    const value = this.#value(key, fallback);
    return typeof value === 'boolean' ? value : this.reject(key, 'true or false');
  }

  /** One of the given names. */
  choice<T extends string>(key: string, choices: readonly T[], fallback?: T): T {
    const value = this.#value(key, fallback);
    return choices.find((choice) => choice === value) ?? this.reject(key, choices.join(', '));
  }

  /** A list of the given names. */
  choices<T extends string>(key: string, choices: readonly T[], fallback?: readonly T[]): readonly T[] {
    const value = this.#value(key, fallback);
    if (!Array.isArray(value)) return this.reject(key, `a list of ${choices.join(', ')}`);
    return value.map((item) => choices.find((choice) => choice === item) ?? this.reject(key, choices.join(', ')));
  }

  /** A list of whole numbers of at least `least`. */
  counts(key: string, fallback?: readonly number[], least = 1): readonly number[] {
    const value = this.#value(key, fallback);
    const fits = Array.isArray(value) && value.length > 0 && value.every((item) => Number.isInteger(item) && item >= least);
    return fits ? (value as number[]) : this.reject(key, `a list of whole numbers of at least ${least}`);
  }

  /** One whole number for all of `length` blocks, or one for each. */
  countPerBlock(key: string, length: number, fallback?: number): readonly number[] {
    const value = this.#value(key, fallback);
    if (!Array.isArray(value)) return new Array<number>(length).fill(this.count(key, fallback));
    const counts = this.counts(key);
    return counts.length === length ? counts : this.reject(key, `one whole number, or ${length}`);
  }

  /** One flag for all of `length` blocks, or one for each. */
  flagPerBlock(key: string, length: number, fallback: boolean): readonly boolean[] {
    const value = this.#value(key, fallback);
    if (!Array.isArray(value)) return new Array<boolean>(length).fill(this.boolean(key, fallback));
    const fits = value.length === length && value.every((item) => typeof item === 'boolean');
    return fits ? (value as boolean[]) : this.reject(key, `true or false, or ${length} of them`);
  }

  /** The raw value; undefined if the key is missing or null. */
  optional(key: string): unknown {
    return this.#entries.get(key) ?? undefined;
  }

  /** Requires that each of these keys is missing, null or has the one value that we build. */
  requireOnly(values: Readonly<Record<string, string | number | boolean | null>>): void {
    for (const [key, only] of Object.entries(values)) {
      const value = this.#entries.get(key) ?? null;
      if (value !== null && value !== only) this.reject(key, JSON.stringify(only));
    }
  }

  #value(key: string, fallback: unknown): unknown {
    return this.#entries.get(key) ?? fallback;
  }
}
