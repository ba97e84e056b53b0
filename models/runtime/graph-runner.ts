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

/*
 * [Note: which type a weight has where]
 * In a file: whatever its authors stored, mostly F16 or F32, sometimes BF16. In JavaScript: float16 as raw bits, everything else as float32;
 * one tensor at a time. On the device: float32 always, which is what `ModuleContext.weight` declares and all graphs compute in, so an
 * F16 file of 2 GB takes 4 GB there. The runner widens while it uploads, and the float16 copy is garbage at once.
 */

/** Weights by parameter name, one after another: a map, or a generator that reads each when it is asked for. */
export type WeightStream = Iterable<readonly [string, Tensor]> | AsyncIterable<readonly [string, Tensor]>;

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
  /** The largest tensor that a kernel can read or write there, in bytes; absent where there is no limit but memory. */
  readonly bindingBytes?: number | undefined;
  /**
   * Places weights on the device, widening float16 to float32. See [Note: which type a weight has where].
   *
   * @param weights by parameter name: a map, or a stream that is read one tensor after another. A CPU runner may go on using the arrays
   *   of float32 weights, so they must not be changed; others are not kept. The stream may use this runner to compute what comes next.
   */
  upload(weights: WeightStream): Promise<WeightSet>;
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
