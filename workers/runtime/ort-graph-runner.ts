/** @file The graph runner over any build of onnxruntime: one lock, weights shared by all graphs, outputs where the platform keeps them. */
import { AppError } from '#models/errors/app-error.ts';
import { decomposeAttention } from '#models/graph/decompose-attention.ts';
import type { Graph, Value } from '#models/graph/graph.ts';
import { writeOnnx, type ExternalRange } from '#models/graph/onnx-writer.ts';
import { rotateConvolutions } from '#models/graph/rotate-convolutions.ts';
import { checkWeight, resolveWeights } from '#models/runtime/check-feeds.ts';
import type { CompiledGraph, GraphRunner, WeightSet, WeightStream } from '#models/runtime/graph-runner.ts';
import { widenHalves } from '#models/tensor/float16.ts';
import type { Tensor } from '#models/tensor/tensor.ts';
import type { Mutex } from '../host/mutex.ts';
import { OrtCompiledGraph } from './ort-compiled-graph.ts';
import { OrtDevice } from './ort-device.ts';
import type { OrtPlatform, PlacedWeight, WeightBinding } from './ort-platform.ts';
import { OrtWeightSet } from './ort-weight-set.ts';

/** A graph runner over one build of onnxruntime. Make it with `createNodeRunner`, `createWasmRunner` or `createWebGpuRunner`. */
export class OrtGraphRunner implements GraphRunner {
  readonly backend: string;
  readonly bindingBytes: number | undefined;
  readonly #device: OrtDevice;
  readonly #compiled = new Set<OrtCompiledGraph>();
  readonly #weights = new Set<OrtWeightSet>();
  /** Made here and not where they are handed over: a closure keeps all that lies around it, there the very weights. */
  readonly #forget = {
    weights: (set: OrtWeightSet): void => void this.#weights.delete(set),
    compiled: (compiled: OrtCompiledGraph): void => void this.#compiled.delete(compiled),
  };

  /** @param mutex the lock of this thread's onnxruntime: every runner in a thread must share it */
  constructor(platform: OrtPlatform, mutex: Mutex) {
    this.backend = platform.backend;
    this.bindingBytes = platform.bindingBytes;
    this.#device = new OrtDevice(platform, mutex);
  }

  async upload(weights: WeightStream): Promise<WeightSet> {
    const { platform } = this.#device;
    const placed = new Map<string, PlacedWeight>();
    try {
      // The lock is held for one weight, not for the stream: the next weight may be computed on this very runner, as merged ones are.
      for await (const [name, weight] of weights)
        placed.set(name, await this.#device.run(`placing weights on ${this.backend}`, () => platform.placeWeight(widened(weight))));
    } catch (error) {
      this.#device.release(() => {
        for (const weight of placed.values()) weight.free();
      });
      throw error;
    }
    const set = new OrtWeightSet(placed, this.#device, this.#forget.weights);
    this.#weights.add(set);
    return set;
  }

  /** @param binding how the weights are bound; default: by their size, as [Note: initializers or inputs] explains */
  compile(graph: Graph, weights: readonly WeightSet[], binding?: WeightBinding): Promise<CompiledGraph> {
    const { platform } = this.#device;
    return this.#device.run(`compiling ${graph.name} for ${this.backend}`, async () => {
      const owners = resolveWeights(
        graph,
        weights.filter((set) => set instanceof OrtWeightSet),
      );
      let sizeBytes = 0;
      for (const [parameter, set] of owners) {
        const weight = set.get(parameter.name);
        checkWeight(graph, parameter, weight);
        sizeBytes += weight.sizeBytes;
      }
      const asInitializers = binding === undefined ? sizeBytes <= platform.initializersUpToBytes : binding === 'initializers';
      const external: { path: string; data: Uint8Array }[] = [];
      const reference = (parameter: Value): ExternalRange => {
        const weight = owners.get(parameter)!.get(parameter.name);
        if (weight.hostBytes === null) throw new AppError('internal', { message: `${this.backend} keeps no host copy to make initializers of` });
        const location = `weight-${external.length}`;
        external.push({ path: location, data: weight.hostBytes });
        return { location, offset: 0, length: weight.sizeBytes };
      };
      const lowered = platform.fusedAttention ? graph : decomposeAttention(graph);
      const model = asInitializers ? writeOnnx(rotateConvolutions(lowered), { parametersAs: reference }) : writeOnnx(lowered);
      const options = external.length === 0 ? platform.sessionOptions : { ...platform.sessionOptions, externalData: external };
      const session = await platform.createSession(model.bytes, options);
      const compiled = new OrtCompiledGraph(graph, model, session, asInitializers ? new Map() : owners, this.#device, this.#forget.compiled);
      this.#compiled.add(compiled);
      return compiled;
    });
  }

  async dispose(): Promise<void> {
    await this.#device.close(() => undefined); // What is being compiled or placed is known after its turn.
    const ends = await Promise.allSettled([...this.#compiled].map((compiled) => compiled.dispose()));
    for (const set of [...this.#weights]) set.dispose();
    await this.#device.end(); // Whatever was refused before: the device is given back.
    const refused = ends.find((end) => end.status === 'rejected');
    if (refused !== undefined) throw refused.reason;
  }
}

/** float16 as float32; anything else as it is. */
function widened(weight: Tensor): Tensor {
  return weight.dtype === 'float16' ? { dtype: 'float32', shape: weight.shape, data: widenHalves(weight.data as Uint16Array) } : weight;
}
