/** @file The port "something that can run a graph". onnxruntime-web, onnxruntime-node and the reference interpreter stand behind it. */
import type { DType } from '../tensor/dtype.ts';
import type { Shape } from '../tensor/shape.ts';
import type { Tensor } from '../tensor/tensor.ts';
import type { Graph } from '../graph/graph.ts';

/** A tensor that lives where the runner computes, such as a GPU buffer. */
export interface DeviceTensor {
  readonly kind: 'device';
  readonly dtype: DType;
  readonly shape: Shape;
  /** Copies the elements to the host. */
  read(): Promise<Tensor>;
  /** Frees the memory; the tensor must not be used afterwards. */
  dispose(): void;
}

export type Feed = Tensor | DeviceTensor;

/** True for a tensor that has to be read before the host can look at it. */
export function isDeviceTensor(feed: Feed): feed is DeviceTensor {
  return 'kind' in feed;
}

/** Weights placed once and shared by every graph compiled against them. Owned by whoever uploaded them. */
export interface WeightSet {
  /** Bytes held on the device. */
  readonly sizeBytes: number;
  has(name: string): boolean;
  dispose(): void;
}

export interface CompiledGraph {
  readonly graph: Graph;
  /**
   * Runs once. Feeds that the graph does not declare are ignored.
   *
   * @param feeds  every declared input, by name, with exactly its dtype and shape
   * @returns every output by name, on the host
   * @throws {AppError} `shape-mismatch` for a missing or wrong feed, `device-lost`, `device-out-of-memory`
   */
  run(feeds: Readonly<Record<string, Feed>>): Promise<Record<string, Tensor>>;
  /** As `run`, but the outputs stay on the device; the caller disposes them. */
  runOnDevice(feeds: Readonly<Record<string, Feed>>): Promise<Record<string, DeviceTensor>>;
  dispose(): Promise<void>;
}

export interface GraphRunner {
  /** For reports: `cpu`, `wasm`, `webgpu` or `interpreter`. */
  readonly backend: string;
  /**
   * Places weights on the device, widening float16 to float32.
   *
   * @param weights by parameter name; not kept by the runner
   */
  upload(weights: ReadonlyMap<string, Tensor>): Promise<WeightSet>;
  /**
   * Prepares a graph for running.
   *
   * @param weights  searched in order for each of the graph's parameters
   * @throws {AppError} `weights-missing` if a parameter is in none of them
   */
  compile(graph: Graph, weights: readonly WeightSet[]): Promise<CompiledGraph>;
  /** Frees every session and buffer of this runner. */
  dispose(): Promise<void>;
}
