/** @file The graph runner of Node: onnxruntime-node on the CPU. The only importer of onnxruntime-node. */
import { availableParallelism } from 'node:os';
import { InferenceSession, Tensor as OrtTensor } from 'onnxruntime-node';
import type { Tensor } from '#models/tensor/tensor.ts';
import { Mutex } from '../host/mutex.ts';
import { OrtGraphRunner, placeOnHost, type WeightBinding } from '../runtime/ort-graph-runner.ts';

export interface NodeRunnerOptions {
  /** Threads inside one operator. Default: all cores. */
  readonly threads?: number;
  readonly weightBinding?: WeightBinding;
  /** Whether threads wait for the next operator by spinning. */
  readonly spinning?: boolean;
}

/** One lock for all runners of the process. */
const mutex = new Mutex();

function hostTensor({ dtype, shape, data }: Tensor): OrtTensor {
  return new OrtTensor(dtype as 'float32', data as Float32Array, [...shape]);
}

/** A runner on the CPU of this machine. */
export function createNodeRunner({ threads = availableParallelism(), weightBinding = 'inputs', spinning = true }: NodeRunnerOptions = {}): OrtGraphRunner {
  return new OrtGraphRunner(
    {
      backend: 'cpu',
      weightBinding,
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
