/** @file The graph runner of Node: onnxruntime-node on the CPU. The only importer of onnxruntime-node. */
import { availableParallelism } from 'node:os';
import { InferenceSession, Tensor as OrtTensor } from 'onnxruntime-node';
import type { Tensor } from '#models/tensor/tensor.ts';
import { Mutex } from '../host/mutex.ts';
import { OrtGraphRunner, placeOnHost, type WeightBinding } from '../runtime/ort-graph-runner.ts';

export interface NodeRunnerOptions {
  /** Threads inside one operator. Default: all cores. */
  readonly threads?: number;
  /** Default: initializers up to 256 MiB of weights a graph, inputs above. */
  readonly weightBinding?: WeightBinding;
  /**
   * Whether idle threads spin while they wait for the next operator. Default false: beside other busy processes spinning halved the
   * speed (35 against 82 GFLOP/s, convolutions [4, 128, 12, 12] on two threads of two shared cores).
   */
  readonly spinning?: boolean;
}

/** One lock for all runners of the process. */
const mutex = new Mutex();

function hostTensor({ dtype, shape, data }: Tensor): OrtTensor {
  return new OrtTensor(dtype as 'float32', data as Float32Array, [...shape]);
}

/** A runner on the CPU of this machine. */
export function createNodeRunner({ threads = availableParallelism(), weightBinding, spinning = false }: NodeRunnerOptions = {}): OrtGraphRunner {
  return new OrtGraphRunner(
    {
      backend: 'cpu',
      initializersUpToBytes: weightBinding === undefined ? 256 * 2 ** 20 : weightBinding === 'initializers' ? Infinity : 0,
      sessionOptions: {
        executionProviders: ['cpu'],
        graphOptimizationLevel: 'all',
        intraOpNumThreads: threads,
        logSeverityLevel: 3,
        extra: { session: { intra_op: { allow_spinning: spinning ? '1' : '0' } } },
      },
      createSession: (model, options) => InferenceSession.create(model, options),
      hostTensor,
      placeWeight: (tensor) => placeOnHost(tensor, hostTensor),
      close: () => undefined,
    },
    mutex,
  );
}
