/** @file Compiled graphs by key: each is built and compiled once, until it is released. */
import type { Graph } from '../graph/graph.ts';
import type { CompiledGraph, GraphRunner, WeightSet } from '../runtime/graph-runner.ts';

export class CompiledGraphCache {
  readonly #runner: GraphRunner;
  readonly #compiled = new Map<string, Promise<CompiledGraph>>();

  constructor(runner: GraphRunner) {
    this.#runner = runner;
  }

  /** The graph under `key`; `build` is called only if it is not there. A failed compilation is forgotten. */
  get(key: string, build: () => Graph, weights: readonly WeightSet[]): Promise<CompiledGraph> {
    const known = this.#compiled.get(key);
    if (known !== undefined) return known;
    const compiling = this.#runner.compile(build(), weights);
    this.#compiled.set(key, compiling);
    compiling.catch(() => {
      if (this.#compiled.get(key) === compiling) this.#compiled.delete(key);
    });
    return compiling;
  }

  async release(key: string): Promise<void> {
    const compiled = this.#compiled.get(key);
    this.#compiled.delete(key);
    await (await compiled)?.dispose();
  }

  /** Releases every graph whose key begins with `prefix`. */
  async releaseAll(prefix: string): Promise<void> {
    for (const key of [...this.#compiled.keys()]) if (key.startsWith(prefix)) await this.release(key);
  }
}
