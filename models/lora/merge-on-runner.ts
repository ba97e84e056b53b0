/** @file Merges likenesses layer by layer: large layers as a product on the runner, small ones in plain JavaScript, where making a graph would take longer. */
import { GraphBuilder } from '../graph/graph-builder.ts';
import type { Graph } from '../graph/graph.ts';
import type { CompiledGraph, GraphRunner } from '../runtime/graph-runner.ts';
import { widenHalves } from '../tensor/float16.ts';
import { elementCount, type Shape } from '../tensor/shape.ts';
import { tensor, type Tensor } from '../tensor/tensor.ts';
import { checkShapes, unknownLayers } from './check-base.ts';
import type { BaseWeights } from './lora-base.ts';
import type { LoraFactors } from './lora-weights.ts';
import { mergeLora, type WeightedLora } from './merge-lora.ts';

export interface MergeOptions {
  /** Products of at least this many multiplications go to the runner. Default: [Note: who multiplies]. */
  readonly runnerFrom?: number;
  /** Awaited before each layer; throws to stop. */
  readonly beforeLayer?: () => Promise<void>;
}

/*
 * [Note: who multiplies]
 * One layer of 1280 x 1280 x 3 x 3 at rank 64 is 0.9 billion multiplications. A graph of one size is made in some milliseconds and, on WebGPU,
 * some tens more for its shader, which plain JavaScript uses for about 20 million multiplications: below that it is faster, and the whole
 * likeness of the built-in model is below it.
 */
const runnerFromMultiplications = 2e7;

/** One layer with all that changes it. */
interface MergedLayer {
  readonly path: string;
  readonly shape: Shape;
  readonly changes: readonly { readonly factors: LoraFactors; readonly weight: number }[];
  /** Of all changes together. */
  readonly rank: number;
}

/**
 * The weights that the likenesses change, merged in float32, one after another; layers of one size follow each other. Beside what the
 * likenesses hold themselves, no more than one layer with its product is in memory.
 *
 * @param runner used between two results only, so that `upload` of the same runner can take them
 * @param stored the plain weights, by parameter name, `<layer>.weight`
 * @throws {AppError} `lora-incompatible` if a likeness changes a layer that the model lacks or that has other sizes; `weights-corrupt`
 */
export async function* mergedWeights(
  runner: GraphRunner,
  stored: BaseWeights,
  loras: readonly WeightedLora[],
  options: MergeOptions = {},
): AsyncGenerator<readonly [name: string, weight: Tensor<'float32'>]> {
  const { runnerFrom = runnerFromMultiplications, beforeLayer } = options;
  const product = new LayerProduct(runner);
  try {
    for (const { path, shape, changes, rank } of layersBySize(stored, loras)) {
      await beforeLayer?.();
      const name = `${path}.weight`;
      const base = (await stored.read(name))!;
      if (elementCount(shape) * rank < runnerFrom) {
        yield [
          name,
          mergeLora(
            new Map([[name, base]]),
            changes.map(({ factors, weight }) => ({ weights: new Map([[path, factors]]), weight })),
          ).get(name)!,
        ];
        continue;
      }
      const size = { outputs: shape[0]!, inputs: elementCount(shape) / shape[0]!, rank };
      const merged = await product.run(size, { base: asMatrix(base, size), ...joinFactors(changes, size) });
      yield [name, tensor('float32', shape, merged)];
    }
  } finally {
    await product.dispose();
  }
}

/** The product of one size at a time: its buffers are as large as the layer. */
class LayerProduct {
  readonly #runner: GraphRunner;
  #compiled: { readonly size: string; readonly graph: CompiledGraph } | null = null;

  constructor(runner: GraphRunner) {
    this.#runner = runner;
  }

  async run(size: ProductSize, feeds: Readonly<Record<'base' | 'up' | 'down', Tensor>>): Promise<Float32Array> {
    const key = Object.values(size).join();
    if (this.#compiled?.size !== key) {
      await this.dispose();
      this.#compiled = { size: key, graph: await this.#runner.compile(productGraph(size), []) };
    }
    return (await this.#compiled.graph.run(feeds))['merged']!.data as Float32Array;
  }

  async dispose(): Promise<void> {
    const compiled = this.#compiled;
    this.#compiled = null;
    await compiled?.graph.dispose();
  }
}

function layersBySize(stored: BaseWeights, loras: readonly WeightedLora[]): MergedLayer[] {
  const entries = stored.entries();
  const paths = [...new Set(loras.flatMap(({ weights }) => [...weights.keys()]))];
  const unknown = paths.filter((path) => !entries.has(`${path}.weight`));
  if (unknown.length > 0) throw unknownLayers(unknown, paths.length);
  const layers = paths.map((path) => {
    const { shape } = entries.get(`${path}.weight`)!;
    const changes = loras.flatMap(({ weights, weight }) => {
      const factors = weights.get(path);
      if (factors === undefined) return [];
      checkShapes(path, factors, shape);
      return [{ factors, weight }];
    });
    return { path, shape, changes, rank: changes.reduce((sum, { factors }) => sum + factors.down.shape[0]!, 0) };
  });
  const sizeOf = ({ shape, rank }: MergedLayer): string => `${shape.join('x')} ${rank}`;
  return layers.sort((a, b) => sizeOf(a).localeCompare(sizeOf(b)));
}

interface ProductSize {
  readonly outputs: number;
  readonly inputs: number;
  readonly rank: number;
}

/** `base` [out, in], `up` [out, rank], `down` [rank, in] -> `merged` [out, in]: base + up x down. */
function productGraph({ outputs, inputs, rank }: ProductSize): Graph {
  const builder = new GraphBuilder('merge');
  const base = builder.input('base', 'float32', [outputs, inputs]);
  const up = builder.input('up', 'float32', [outputs, rank]);
  const down = builder.input('down', 'float32', [rank, inputs]);
  builder.output('merged', builder.node('Gemm', [up, down, base], { transA: false, transB: false, alpha: 1, beta: 1 }));
  return builder.build();
}

/** All changes of a layer as one product: `up` side by side, each scaled, and `down` one below the other. */
function joinFactors(changes: MergedLayer['changes'], { outputs, inputs, rank }: ProductSize): { up: Tensor; down: Tensor } {
  const up = new Float32Array(outputs * rank);
  const down = new Float32Array(rank * inputs);
  let first = 0;
  for (const { factors, weight } of changes) {
    const own = factors.down.shape[0]!;
    const factor = weight * factors.scale;
    for (let output = 0; output < outputs; output++) for (let r = 0; r < own; r++) up[output * rank + first + r] = factors.up.data[output * own + r]! * factor;
    down.set(factors.down.data, first * inputs);
    first += own;
  }
  return { up: tensor('float32', [outputs, rank], up), down: tensor('float32', [rank, inputs], down) };
}

function asMatrix({ dtype, data }: Tensor, { outputs, inputs }: ProductSize): Tensor<'float32'> {
  return tensor('float32', [outputs, inputs], dtype === 'float16' ? widenHalves(data as Uint16Array) : (data as Float32Array));
}
