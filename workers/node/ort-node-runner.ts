/** @file The graph runners of Node: onnxruntime-node on the CPU and on WebGPU. The only importer of onnxruntime-node. */
import { availableParallelism } from 'node:os';
import { InferenceSession, Tensor as OrtTensor } from 'onnxruntime-node';
import { AppError } from '#models/errors/app-error.ts';
import { bytesPerElement, type DType } from '#models/tensor/dtype.ts';
import type { Tensor } from '#models/tensor/tensor.ts';
import { Mutex } from '../host/mutex.ts';
import { identityModel } from '../runtime/identity-model.ts';
import { OrtGraphRunner } from '../runtime/ort-graph-runner.ts';
import { downloadEach, placeOnHost, type OrtPlatform, type WeightBinding } from '../runtime/ort-platform.ts';
import { prepareWebGpuDriver } from './webgpu-driver.ts';

export interface NodeRunnerOptions {
  readonly backend?: 'cpu' | 'webgpu';
  /** Threads inside one operator. Default: all cores. */
  readonly threads?: number;
  /** CPU only. Default: initializers up to 256 MiB of weights a graph, inputs above. */
  readonly weightBinding?: WeightBinding;
  /**
   * Whether idle threads spin while they wait for the next operator. Default false: beside other busy processes spinning halved the
   * speed (35 against 82 GFLOP/s, convolutions [4, 128, 12, 12] on two threads of two shared cores).
   */
  readonly spinning?: boolean;
  /** WebGPU only: an operator without a WebGPU kernel is an error and does not quietly run on the CPU. For tests. */
  readonly forbidCpuFallback?: boolean;
  /** False spells attention out. Default: true on the CPU and on a real GPU, false on the software driver, where the fused kernel is wrong. */
  readonly fusedAttention?: boolean;
}

/** One lock for all runners of the process. */
const mutex = new Mutex();

function hostTensor({ dtype, shape, data }: Tensor): OrtTensor {
  return new OrtTensor(dtype as 'float32', data as Float32Array, [...shape]);
}

/**
 * A runner on this machine; the caller disposes it.
 *
 * @throws {AppError} `device-unavailable` if WebGPU is asked for and there is no driver
 */
export function createNodeRunner(options: NodeRunnerOptions = {}): OrtGraphRunner {
  return new OrtGraphRunner(options.backend === 'webgpu' ? webGpuPlatform(options) : cpuPlatform(options), mutex);
}

function cpuPlatform({ threads = availableParallelism(), weightBinding, spinning = false, fusedAttention = true }: NodeRunnerOptions): OrtPlatform {
  return {
    backend: 'cpu',
    initializersUpToBytes: weightBinding === undefined ? 256 * 2 ** 20 : weightBinding === 'initializers' ? Infinity : 0,
    fusedAttention,
    sessionOptions: {
      executionProviders: ['cpu'],
      graphOptimizationLevel: 'all',
      // From the second run on a pattern is one block beside what the first run left: 1654 against 966 MiB resident for one training sample,
      // and not faster (1.4 against 2.4 s of processor time; built-in model at 768 px).
      enableMemPattern: false,
      intraOpNumThreads: threads,
      logSeverityLevel: 3,
      extra: { session: { intra_op: { allow_spinning: spinning ? '1' : '0' } } },
    },
    createSession: (model, options) => InferenceSession.create(model, options),
    hostTensor,
    placeWeight: (tensor) => placeOnHost(tensor, hostTensor),
    download: downloadEach,
    close: () => undefined,
  };
}

function webGpuPlatform({ forbidCpuFallback = false, fusedAttention }: NodeRunnerOptions): OrtPlatform {
  const driver = prepareWebGpuDriver();
  if (driver.kind === 'none') throw new AppError('device-unavailable', { message: driver.reason, help: 'Use the CPU.' });
  const sessionOptions: InferenceSession.SessionOptions = {
    executionProviders: [{ name: 'webgpu' }],
    graphOptimizationLevel: 'all',
    preferredOutputLocation: 'gpu-buffer',
    logSeverityLevel: 3,
    extra: { session: { disable_cpu_ep_fallback: forbidCpuFallback ? '1' : '0' } },
  };
  // onnxruntime-node has no call to write or read a GPU buffer, so a model that copies does it.
  const copiers = new Map<string, Promise<InferenceSession>>();
  const copy = async (tensor: OrtTensor, to: 'cpu' | 'gpu-buffer'): Promise<OrtTensor> => {
    const key = `${tensor.type} ${to}`;
    const made =
      copiers.get(key) ?? InferenceSession.create(identityModel(tensor.type as DType), { ...sessionOptions, extra: {}, preferredOutputLocation: to });
    copiers.set(key, made);
    return (await (await made).run({ x: tensor }))['y']!;
  };
  return {
    backend: 'webgpu',
    initializersUpToBytes: 0,
    fusedAttention: fusedAttention ?? driver.kind !== 'software',
    sessionOptions,
    createSession: (model, options) => InferenceSession.create(model, options),
    hostTensor,
    placeWeight: async (tensor) => {
      const { dtype, shape } = tensor;
      const ort = await copy(hostTensor(tensor), 'gpu-buffer');
      return { dtype, shape, sizeBytes: tensor.data.length * bytesPerElement[dtype], ort, hostBytes: null, free: () => ort.dispose() };
    },
    // One after another: the copier is one session.
    download: async (outputs) => {
      const data: OrtTensor.DataType[] = [];
      for (const output of outputs) data.push((output.location === 'cpu' ? output : await copy(output, 'cpu')).data);
      return data;
    },
    close: async () => {
      for (const session of copiers.values()) await (await session).release();
      copiers.clear();
    },
  };
}
