/** @file The graph runner over any build of onnxruntime: one lock, weights shared by all graphs, outputs where the platform keeps them. */
import type { InferenceSession, Tensor as OrtTensor } from 'onnxruntime-common';
import { AppError } from '#models/errors/app-error.ts';
import { decomposeAttention } from '#models/graph/decompose-attention.ts';
import type { Graph, Value } from '#models/graph/graph.ts';
import { writeOnnx, type ExternalRange, type OnnxModel } from '#models/graph/onnx-writer.ts';
import { rotateConvolutions } from '#models/graph/rotate-convolutions.ts';
import { checkFeeds, checkWeight, resolveWeights } from '#models/runtime/check-feeds.ts';
import { isDeviceTensor, type CompiledGraph, type DeviceTensor, type Feed, type GraphRunner, type WeightSet } from '#models/runtime/graph-runner.ts';
import { bytesPerElement, viewBytes, type DType } from '#models/tensor/dtype.ts';
import { widenHalves } from '#models/tensor/float16.ts';
import type { Shape } from '#models/tensor/shape.ts';
import type { Tensor } from '#models/tensor/tensor.ts';
import type { Mutex } from '../host/mutex.ts';
import { fromOrtError } from './ort-errors.ts';

/** One weight where the platform keeps it. */
export interface PlacedWeight {
  readonly dtype: DType;
  readonly shape: Shape;
  readonly sizeBytes: number;
  /** What a session is fed with. */
  readonly ort: OrtTensor;
  /** The same bytes on the host, where the platform has them there: what an initializer refers to. */
  readonly hostBytes: Uint8Array | null;
  free(): void;
}

/*
 * [Note: initializers or inputs]
 * On a CPU an initializer is laid out anew for its kernel when the session is made, and constants are folded: convolutions of 64 to 320
 * channels ran at 75 to 107 GFLOP/s with initializers and 55 to 82 with inputs (two threads, onnxruntime-node 1.30, a shared machine). The price is a copy in
 * each session: nothing for a model of 60 MB, too much for one of 3.4 GB with a forward, a backward and a sampling session.
 * On WebGPU initializers are not freed until the last session of the device goes (measured), so there weights are always inputs.
 */

/** `inputs`: weights are fed and shared. `initializers`: each session has its own copy, laid out for speed. */
export type WeightBinding = 'inputs' | 'initializers';

/** What differs between the builds and providers of onnxruntime. */
export interface OrtPlatform {
  readonly backend: string;
  /**
   * Graphs with at most this many bytes of weights get them as initializers, larger ones as inputs; 0 where inputs are always better.
   * See [Note: initializers or inputs].
   */
  readonly initializersUpToBytes: number;
  /** False where the self-test found the fused kernel wrong: attention is then spelled out. */
  readonly fusedAttention: boolean;
  readonly sessionOptions: InferenceSession.SessionOptions;
  createSession(model: Uint8Array, options: InferenceSession.SessionOptions): Promise<InferenceSession>;
  /** Wraps a host tensor; its data must stay unchanged until the run is over. */
  hostTensor(tensor: Tensor): OrtTensor;
  placeWeight(tensor: Tensor): Promise<PlacedWeight> | PlacedWeight;
  /** Copies an output's elements to the host, wherever the provider left them. */
  download(output: OrtTensor): Promise<OrtTensor.DataType>;
  /** Rejects when the device goes away: a run that is under way may then never end by itself. */
  readonly lost?: Promise<never>;
  /** Frees the device, if the platform owns one. */
  close(): Promise<void> | void;
}

/** Views an onnxruntime tensor that lives on the host as ours, without a copy. */
function fromOrtData(dtype: DType, shape: Shape, data: OrtTensor.DataType): Tensor {
  const { buffer, byteOffset, byteLength } = data as Float32Array;
  return { dtype, shape, data: viewBytes(dtype, new Uint8Array(buffer, byteOffset, byteLength)) };
}

class OrtDeviceTensor implements DeviceTensor {
  readonly kind = 'device';
  #ort: OrtTensor | null;
  readonly dtype: DType;
  readonly shape: Shape;
  readonly #platform: OrtPlatform;
  readonly #mutex: Mutex;

  constructor({ dtype, shape }: Value, ort: OrtTensor, platform: OrtPlatform, mutex: Mutex) {
    this.dtype = dtype;
    this.shape = shape;
    this.#ort = ort;
    this.#platform = platform;
    this.#mutex = mutex;
  }

  get ort(): OrtTensor {
    if (this.#ort === null) throw new AppError('internal', { message: 'a device tensor was used after it was disposed' });
    return this.#ort;
  }

  read(): Promise<Tensor> {
    return this.#mutex.run(async () => {
      try {
        return fromOrtData(this.dtype, this.shape, await this.#platform.download(this.ort));
      } catch (error) {
        throw fromOrtError(`reading a tensor from ${this.#platform.backend}`, error);
      }
    });
  }

  dispose(): void {
    const ort = this.#ort;
    this.#ort = null;
    if (ort !== null) this.#mutex.soon(() => ort.dispose());
  }
}

class OrtWeightSet implements WeightSet {
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

class OrtCompiledGraph implements CompiledGraph {
  readonly graph: Graph;
  readonly #model: OnnxModel;
  #session: InferenceSession | null;
  readonly #fedWeights: ReadonlyMap<Value, OrtWeightSet>;
  readonly #platform: OrtPlatform;
  readonly #mutex: Mutex;

  constructor(graph: Graph, model: OnnxModel, session: InferenceSession, fedWeights: ReadonlyMap<Value, OrtWeightSet>, platform: OrtPlatform, mutex: Mutex) {
    this.graph = graph;
    this.#model = model;
    this.#session = session;
    this.#fedWeights = fedWeights;
    this.#platform = platform;
    this.#mutex = mutex;
  }

  run(feeds: Readonly<Record<string, Feed>>): Promise<Record<string, Tensor>> {
    return this.#mutex.run(async () => {
      const results: Record<string, Tensor> = {};
      for (const [value, name, ort] of await this.#execute(feeds)) {
        results[name] = fromOrtData(value.dtype, value.shape, await this.#platform.download(ort));
        if (ort.location !== 'cpu') ort.dispose();
      }
      return results;
    });
  }

  runOnDevice(feeds: Readonly<Record<string, Feed>>): Promise<Record<string, DeviceTensor>> {
    return this.#mutex.run(async () =>
      Object.fromEntries((await this.#execute(feeds)).map(([value, name, ort]) => [name, new OrtDeviceTensor(value, ort, this.#platform, this.#mutex)])),
    );
  }

  dispose(): Promise<void> {
    return this.#mutex.run(async () => {
      const session = this.#session;
      this.#session = null;
      await session?.release();
    });
  }

  async #execute(feeds: Readonly<Record<string, Feed>>): Promise<[Value, string, OrtTensor][]> {
    if (this.#session === null) throw new AppError('internal', { message: `${this.graph.name} was run after it was disposed` });
    const ortFeeds: Record<string, OrtTensor> = {};
    for (const [input, feed] of checkFeeds(this.graph, feeds)) ortFeeds[this.#model.inputNames.get(input.name)!] = this.#toOrt(feed);
    for (const [parameter, weights] of this.#fedWeights) ortFeeds[this.#model.parameterNames.get(parameter.name)!] = weights.get(parameter.name).ort;
    try {
      const running = this.#session.run(ortFeeds);
      const outputs = await (this.#platform.lost === undefined ? running : Promise.race([running, this.#platform.lost]));
      return this.graph.outputs.map(({ name, value }) => [value, name, outputs[this.#model.outputNames.get(name)!]!]);
    } catch (error) {
      throw fromOrtError(`running ${this.graph.name} on ${this.#platform.backend}`, error);
    }
  }

  #toOrt(feed: Feed): OrtTensor {
    if (!isDeviceTensor(feed)) return this.#platform.hostTensor(feed);
    if (feed instanceof OrtDeviceTensor) return feed.ort;
    throw new AppError('internal', { message: `${this.graph.name} was fed a device tensor of another runner` });
  }
}

/** A graph runner over one build of onnxruntime. Make it with `createNodeRunner` or `createWebRunner`. */
export class OrtGraphRunner implements GraphRunner {
  readonly backend: string;
  readonly #platform: OrtPlatform;
  readonly #mutex: Mutex;
  readonly #compiled = new Set<OrtCompiledGraph>();
  readonly #weights = new Set<OrtWeightSet>();

  /** @param mutex the lock of this thread's onnxruntime: every runner in a thread must share it */
  constructor(platform: OrtPlatform, mutex: Mutex) {
    this.backend = platform.backend;
    this.#platform = platform;
    this.#mutex = mutex;
  }

  upload(weights: ReadonlyMap<string, Tensor>): Promise<WeightSet> {
    return this.#mutex.run(async () => {
      const placed = new Map<string, PlacedWeight>();
      try {
        for (const [name, weight] of weights) placed.set(name, await this.#platform.placeWeight(widened(weight)));
      } catch (error) {
        for (const weight of placed.values()) weight.free();
        throw fromOrtError(`placing weights on ${this.backend}`, error);
      }
      const set = new OrtWeightSet(placed);
      this.#weights.add(set);
      return set;
    });
  }

  /** @param binding how the weights are bound; default: by their size, as [Note: initializers or inputs] explains */
  compile(graph: Graph, weights: readonly WeightSet[], binding?: WeightBinding): Promise<CompiledGraph> {
    return this.#mutex.run(async () => {
      const owners = resolveWeights(graph, weights.filter((set) => set instanceof OrtWeightSet));
      let sizeBytes = 0;
      for (const [parameter, set] of owners) {
        const weight = set.get(parameter.name);
        checkWeight(graph, parameter, weight);
        sizeBytes += weight.sizeBytes;
      }
      const asInitializers = binding === undefined ? sizeBytes <= this.#platform.initializersUpToBytes : binding === 'initializers';
      const external: { path: string; data: Uint8Array }[] = [];
      const reference = (parameter: Value): ExternalRange => {
        const weight = owners.get(parameter)!.get(parameter.name);
        if (weight.hostBytes === null) throw new AppError('internal', { message: `${this.backend} keeps no host copy to make initializers of` });
        const location = `weight-${external.length}`;
        external.push({ path: location, data: weight.hostBytes });
        return { location, offset: 0, length: weight.sizeBytes };
      };
      const lowered = this.#platform.fusedAttention ? graph : decomposeAttention(graph);
      const model = asInitializers ? writeOnnx(rotateConvolutions(lowered), { parametersAs: reference }) : writeOnnx(lowered);
      try {
        const options = external.length === 0 ? this.#platform.sessionOptions : { ...this.#platform.sessionOptions, externalData: external };
        const session = await this.#platform.createSession(model.bytes, options);
        const compiled = new OrtCompiledGraph(graph, model, session, asInitializers ? new Map() : owners, this.#platform, this.#mutex);
        this.#compiled.add(compiled);
        return compiled;
      } catch (error) {
        throw fromOrtError(`compiling ${graph.name} for ${this.backend}`, error);
      }
    });
  }

  async dispose(): Promise<void> {
    for (const compiled of this.#compiled) await compiled.dispose();
    for (const set of this.#weights) set.dispose();
    this.#compiled.clear();
    this.#weights.clear();
    await this.#mutex.run(() => this.#platform.close());
  }
}

/** float16 as float32; anything else as it is. */
function widened(weight: Tensor): Tensor {
  return weight.dtype === 'float16' ? { dtype: 'float32', shape: weight.shape, data: widenHalves(weight.data as Uint16Array) } : weight;
}

/** A weight that stays in host memory, for the CPU and wasm providers. Not copied. */
export function placeOnHost(tensor: Tensor, hostTensor: (tensor: Tensor) => OrtTensor): PlacedWeight {
  const sizeBytes = tensor.data.length * bytesPerElement[tensor.dtype];
  const hostBytes = new Uint8Array(tensor.data.buffer, tensor.data.byteOffset, sizeBytes);
  return { dtype: tensor.dtype, shape: tensor.shape, sizeBytes, ort: hostTensor(tensor), hostBytes, free: () => undefined };
}
