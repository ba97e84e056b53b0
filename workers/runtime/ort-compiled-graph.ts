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
  #session: InferenceSession | null;

  constructor(graph: Graph, model: OnnxModel, session: InferenceSession, fedWeights: ReadonlyMap<Value, OrtWeightSet>, device: OrtDevice) {
    this.graph = graph;
    this.#model = model;
    this.#session = session;
    this.#fedWeights = fedWeights;
    this.#device = device;
  }

  run(feeds: Readonly<Record<string, Feed>>): Promise<Record<string, Tensor>> {
    return this.#device.run(this.#doing, async () => {
      const outputs = await this.#execute(feeds);
      const data = await this.#device.platform.download(outputs.map(({ ort }) => ort));
      // A value may leave under two names: it is freed once.
      for (const ort of new Set(outputs.map((output) => output.ort))) if (ort.location !== 'cpu') ort.dispose();
      return Object.fromEntries(outputs.map(({ value, name }, i) => [name, fromOrtData(value.dtype, value.shape, data[i]!)]));
    });
  }

  runOnDevice(feeds: Readonly<Record<string, Feed>>): Promise<Record<string, DeviceTensor>> {
    return this.#device.run(this.#doing, async () =>
      Object.fromEntries((await this.#execute(feeds)).map(({ value, name, ort }) => [name, new OrtDeviceTensor(value, ort, this.#device)])),
    );
  }

  dispose(): Promise<void> {
    const session = this.#session;
    this.#session = null;
    return this.#device.close(() => session?.release());
  }

  get #doing(): string {
    return `running ${this.graph.name} on ${this.#device.platform.backend}`;
  }

  async #execute(feeds: Readonly<Record<string, Feed>>): Promise<Output[]> {
    if (this.#session === null) throw new AppError('internal', { message: `${this.graph.name} was run after it was disposed` });
    const ortFeeds: Record<string, OrtTensor> = {};
    for (const [input, feed] of checkFeeds(this.graph, feeds)) ortFeeds[this.#model.inputNames.get(input.name)!] = this.#toOrt(feed);
    for (const [parameter, weights] of this.#fedWeights) ortFeeds[this.#model.parameterNames.get(parameter.name)!] = weights.get(parameter.name).ort;
    const outputs = await this.#session.run(ortFeeds);
    return this.graph.outputs.map(({ name, value }) => ({ value, name, ort: outputs[this.#model.outputNames.get(name)!]! }));
  }

  #toOrt(feed: Feed): OrtTensor {
    if (!isDeviceTensor(feed)) return this.#device.platform.hostTensor(feed);
    if (feed instanceof OrtDeviceTensor) return feed.ort;
    throw new AppError('internal', { message: `${this.graph.name} was fed a device tensor of another runner` });
  }
}
