/** @file The interpreter behind the runner port: tests of everything above the port need no onnxruntime. */
import { AppError } from '../../errors/app-error.ts';
import type { Graph } from '../../graph/graph.ts';
import { checkFeeds, checkWeight, resolveWeights } from '../../runtime/check-feeds.ts';
import {
  isDeviceTensor,
  type CompiledGraph,
  type DeviceTensor,
  type Feed,
  type GraphRunner,
  type WeightSet,
  type WeightStream,
} from '../../runtime/graph-runner.ts';
import { bytesPerElement, type DType } from '../../tensor/dtype.ts';
import { formatType } from '../../graph/ops/op-definition.ts';
import { elementCount } from '../../tensor/shape.ts';
import type { Tensor } from '../../tensor/tensor.ts';
import { evaluateGraph } from './evaluate-graph.ts';
import { toNumbers, toTensor, type Numbers, type Precision } from './numbers.ts';

class InterpreterTensor implements DeviceTensor {
  readonly kind = 'device';
  readonly dtype: DType;
  readonly numbers: Numbers;
  #isDisposed = false;

  constructor(dtype: DType, numbers: Numbers) {
    this.dtype = dtype;
    this.numbers = numbers;
  }

  get shape() {
    return this.numbers.shape;
  }

  async read(): Promise<Tensor> {
    return toTensor(this.dtype, this.use());
  }

  /** The elements; reading a disposed tensor is the bug that a GPU would hide. */
  use(): Numbers {
    if (this.#isDisposed) throw new AppError('internal', { message: `a disposed tensor ${formatType(this)} is used` });
    return this.numbers;
  }

  dispose(): void {
    this.#isDisposed = true;
  }
}

class InterpreterWeights implements WeightSet {
  readonly sizeBytes: number;
  readonly numbers: ReadonlyMap<string, Numbers>;

  private constructor(numbers: ReadonlyMap<string, Numbers>, sizeBytes: number) {
    this.numbers = numbers;
    this.sizeBytes = sizeBytes;
  }

  static async from(weights: WeightStream): Promise<InterpreterWeights> {
    const numbers = new Map<string, Numbers>();
    let sizeBytes = 0;
    for await (const [name, weight] of weights) {
      numbers.set(name, toNumbers(weight));
      sizeBytes += elementCount(weight.shape) * bytesPerElement[weight.dtype === 'float16' ? 'float32' : weight.dtype];
    }
    return new InterpreterWeights(numbers, sizeBytes);
  }

  has(name: string): boolean {
    return this.numbers.has(name);
  }

  dispose(): void {}
}

/**
 * Runs graphs in plain TypeScript.
 *
 * @param precision `float64` keeps results unrounded inside a graph and between graphs on the device
 */
export function createInterpreter(precision: Precision = 'float32'): GraphRunner {
  return {
    backend: 'interpreter',
    upload: (weights) => InterpreterWeights.from(weights),
    compile: async (graph, weights) => compile(graph, weights as readonly InterpreterWeights[], precision),
    dispose: async () => {},
  };
}

function compile(graph: Graph, weights: readonly InterpreterWeights[], precision: Precision): CompiledGraph {
  const parameters = new Map<string, Numbers>();
  for (const [parameter, set] of resolveWeights(graph, weights)) {
    const numbers = set.numbers.get(parameter.name)!;
    checkWeight(graph, parameter, { dtype: parameter.dtype, shape: numbers.shape });
    parameters.set(parameter.name, numbers);
  }
  let isDisposed = false;
  const runOnDevice = async (feeds: Readonly<Record<string, Feed>>): Promise<Record<string, InterpreterTensor>> => {
    const values = new Map(parameters);
    if (isDisposed) throw new AppError('internal', { message: `${graph.name} was run after it was disposed` });
    for (const [{ name }, feed] of checkFeeds(graph, feeds)) values.set(name, isDeviceTensor(feed) ? (feed as InterpreterTensor).use() : toNumbers(feed));
    const results = evaluateGraph(graph, values, precision);
    return Object.fromEntries(graph.outputs.map(({ name, value }) => [name, new InterpreterTensor(value.dtype, results.get(name)!)]));
  };
  const run = async (feeds: Readonly<Record<string, Feed>>): Promise<Record<string, Tensor>> => {
    const outputs = await runOnDevice(feeds);
    return Object.fromEntries(await Promise.all(Object.entries(outputs).map(async ([name, output]) => [name, await output.read()] as const)));
  };
  const dispose = async (): Promise<void> => {
    isDisposed = true;
  };
  return { graph, run, runOnDevice, dispose };
}
