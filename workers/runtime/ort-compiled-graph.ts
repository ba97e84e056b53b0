/** @file A session of onnxruntime that answers as a compiled graph. */
import type { InferenceSession, Tensor as OrtTensor } from 'onnxruntime-common';
import { AppError } from '#models/errors/app-error.ts';
import type { Graph, Value } from '#models/graph/graph.ts';
import type { OnnxModel } from '#models/graph/onnx-writer.ts';
import { checkFeeds } from '#models/runtime/check-feeds.ts';
import { isDeviceTensor, type CompiledGraph, type DeviceTensor, type Feed } from '#models/runtime/graph-runner.ts';
import type { Tensor } from '#models/tensor/tensor.ts';
import type { OrtDevice } from './ort-device.ts';
import { OrtDeviceTensor } from './ort-device-tensor.ts';
import { fromOrtData } from './ort-platform.ts';
import type { OrtWeightSet } from './ort-weight-set.ts';

interface Output {
  readonly value: Value;
  readonly name: string;
  readonly ort: OrtTensor;
}

export class OrtCompiledGraph implements CompiledGraph {
  readonly graph: Graph;
  readonly #model: OnnxModel;
  readonly #fedWeights: ReadonlyMap<Value, OrtWeightSet>;
  readonly #device: OrtDevice;
  readonly #forget: () => void;
  #session: InferenceSession | null;

  /** @param forget called when the graph is disposed */
  constructor(
    graph: Graph,
    model: OnnxModel,
    session: InferenceSession,
    fedWeights: ReadonlyMap<Value, OrtWeightSet>,
    device: OrtDevice,
    forget: (compiled: OrtCompiledGraph) => void,
  ) {
    this.graph = graph;
    this.#model = model;
    this.#session = session;
    this.#fedWeights = fedWeights;
    this.#device = device;
    this.#forget = () => {
      forget(this);
    };
  }

  async run(feeds: Readonly<Record<string, Feed>>): Promise<Record<string, Tensor>> {
    const execute = this.#prepare(feeds);
    return this.#device.run(this.#doing, async () => {
      const outputs = await execute();
      try {
        const data = await this.#device.platform.download(outputs.map(({ ort }) => ort));
        return Object.fromEntries(outputs.map(({ value, name }, i) => [name, fromOrtData(value.dtype, value.shape, data[i]!)]));
      } finally {
        // A value may leave under two names: it is freed once.
        for (const ort of new Set(outputs.map((output) => output.ort))) if (ort.location !== 'cpu') ort.dispose();
      }
    });
  }

  async runOnDevice(feeds: Readonly<Record<string, Feed>>): Promise<Record<string, DeviceTensor>> {
    const execute = this.#prepare(feeds);
    return this.#device.run(this.#doing, async () =>
      Object.fromEntries((await execute()).map(({ value, name, ort }) => [name, new OrtDeviceTensor(value, ort, this.#device)])),
    );
  }

  dispose(): Promise<void> {
    const session = this.#session;
    this.#session = null;
    this.#forget();
    return this.#device.close(() => session?.release());
  }

  get #doing(): string {
    return `running ${this.graph.name} on ${this.#device.platform.backend}`;
  }

  /** Looks everything up at once, so that what is disposed while the run waits for its turn is still there for it. */
  #prepare(feeds: Readonly<Record<string, Feed>>): () => Promise<Output[]> {
    const session = this.#session;
    if (session === null) throw new AppError('internal', { message: `${this.graph.name} was run after it was disposed` });
    const ortFeeds: Record<string, OrtTensor> = {};
    for (const [input, feed] of checkFeeds(this.graph, feeds)) ortFeeds[this.#model.inputNames.get(input.name)!] = this.#toOrt(feed);
    for (const [parameter, weights] of this.#fedWeights) ortFeeds[this.#model.parameterNames.get(parameter.name)!] = weights.get(parameter.name).ort;
    return async () => {
      const outputs = await session.run(ortFeeds);
      return this.graph.outputs.map(({ name, value }) => ({ value, name, ort: outputs[this.#model.outputNames.get(name)!]! }));
    };
  }

  #toOrt(feed: Feed): OrtTensor {
    if (!isDeviceTensor(feed)) return this.#device.platform.hostTensor(feed);
    if (feed instanceof OrtDeviceTensor) return feed.ort;
    throw new AppError('internal', { message: `${this.graph.name} was fed a device tensor of another runner` });
  }
}
