/// <reference types="vite/client" />
/** @file The graph runners of the browser: WebGPU with weights on our own buffers, and wasm. The only importer of onnxruntime-web. */
import * as wasmOrt from 'onnxruntime-web/wasm';
import { env, InferenceSession, Tensor as OrtTensor } from 'onnxruntime-web/webgpu';
import asyncifyGlueUrl from 'onnxruntime-web/ort-wasm-simd-threaded.asyncify.mjs?url';
import asyncifyWasmUrl from 'onnxruntime-web/ort-wasm-simd-threaded.asyncify.wasm?url';
import plainGlueUrl from 'onnxruntime-web/ort-wasm-simd-threaded.mjs?url';
import plainWasmUrl from 'onnxruntime-web/ort-wasm-simd-threaded.wasm?url';
import { AppError } from '#models/errors/app-error.ts';
import { bytesPerElement, type DType } from '#models/tensor/dtype.ts';
import type { Tensor } from '#models/tensor/tensor.ts';
import { wasmThreads } from '../contract/device-facts.ts';
import { Mutex } from '../host/mutex.ts';
import type { WebGpuDevice } from './device.ts';
import { MemoryBudget } from './memory-budget.ts';
import { OrtGraphRunner } from './ort-graph-runner.ts';
import { downloadEach, placeOnHost, type OrtPlatform, type WeightBinding } from './ort-platform.ts';
import { createBuffer, readBuffers } from './gpu-buffers.ts';

/** One lock for all runners of the worker: overlapping calls corrupt the wasm instance, on WebGPU too. */
const mutex = new Mutex();

/*
 * [Note: two builds]
 * WebGPU needs the build that can wait for the device in the middle of a call (asyncify). That rewriting makes every function larger and
 * slower: the built-in model trained and drew three times slower on it than on the plain build (processor time, one thread). So the
 * wasm runner has the plain build, and a worker that uses one never downloads the other.
 */

/** Both must come before the first session of their build in this worker; later calls change nothing. */
function configureWasm(threads: number): void {
  wasmOrt.env.wasm.wasmPaths = { mjs: plainGlueUrl, wasm: plainWasmUrl };
  wasmOrt.env.wasm.numThreads = threads;
  wasmOrt.env.logLevel = 'error';
}

function configureWebGpu(): void {
  env.wasm.wasmPaths = { mjs: asyncifyGlueUrl, wasm: asyncifyWasmUrl };
  env.wasm.numThreads = 1; // all arithmetic is on the device
  env.logLevel = 'error';
}

type TensorClass = typeof OrtTensor;

/** Wraps a tensor in the class of the build that will read it. */
const hostTensorOf =
  (TensorOfBuild: TensorClass) =>
  ({ dtype, shape, data }: Tensor): OrtTensor =>
    new TensorOfBuild(dtype as 'float32', data as Float32Array, [...shape]);

export interface WasmRunnerOptions {
  /** The first runner of a worker decides. Default: `wasmThreads()`. */
  readonly threads?: number;
  /** Default: initializers up to 1 GiB of weights a graph, because inputs are copied into the heap at each run. */
  readonly weightBinding?: WeightBinding;
}

/** A runner on the processor; the caller disposes it. */
export function createWasmRunner({ threads = wasmThreads(), weightBinding }: WasmRunnerOptions = {}): OrtGraphRunner {
  configureWasm(threads);
  const hostTensor = hostTensorOf(wasmOrt.Tensor);
  return new OrtGraphRunner(
    {
      backend: 'wasm',
      initializersUpToBytes: weightBinding === undefined ? 2 ** 30 : weightBinding === 'initializers' ? Infinity : 0,
      fusedAttention: true,
      sessionOptions: { executionProviders: ['wasm'], graphOptimizationLevel: 'all', logSeverityLevel: 3 },
      createSession: (model, options) => wasmOrt.InferenceSession.create(model, options),
      hostTensor,
      placeWeight: (tensor) => placeOnHost(tensor, hostTensor),
      download: downloadEach,
      close: () => undefined,
    },
    mutex,
  );
}

export interface WebGpuRunnerOptions {
  /** The device, owned by the runner from here on: `dispose` destroys it. */
  readonly gpu: WebGpuDevice;
  /** False spells attention out: what the self-test asks for where the fused kernel is wrong. */
  readonly fusedAttention?: boolean;
  /** Where the bytes of weights are counted. */
  readonly budget?: MemoryBudget;
  /** An operator without a WebGPU kernel is an error and does not quietly run on the CPU. For tests. */
  readonly forbidCpuFallback?: boolean;
}

/** True once a device went away in the middle of a call: see [Note: after the device went away]. */
let isAbandoned = false;

/**
 * A runner on the graphics device; the caller disposes it. Weights are on buffers of ours, freed when their set is disposed.
 *
 * @throws {AppError} `device-lost` in a worker that was left in the middle of a call; it has to be replaced
 */
export function createWebGpuRunner({
  gpu,
  fusedAttention = true,
  budget = new MemoryBudget(),
  forbidCpuFallback = false,
}: WebGpuRunnerOptions): OrtGraphRunner {
  if (isAbandoned) {
    throw new AppError('device-lost', {
      message: 'the device was lost in the middle of a call, which this worker’s onnxruntime may never leave',
      help: 'Start the work again: it resumes from its last checkpoint.',
      retryable: true,
    });
  }
  configureWebGpu();
  const hostTensor = hostTensorOf(OrtTensor);
  const { device, lost } = gpu;
  const platform: OrtPlatform = {
    backend: 'webgpu',
    bindingBytes: Math.min(device.limits.maxStorageBufferBindingSize, device.limits.maxBufferSize),
    initializersUpToBytes: 0,
    fusedAttention,
    lost,
    sessionOptions: {
      // NCHW: with weights as inputs the default layout would transpose each convolution's weight at every run.
      executionProviders: [{ name: 'webgpu', device, preferredLayout: 'NCHW' } as InferenceSession.WebGpuExecutionProviderOption],
      graphOptimizationLevel: 'all',
      preferredOutputLocation: 'gpu-buffer',
      logSeverityLevel: 3,
      extra: { session: { disable_cpu_ep_fallback: forbidCpuFallback ? '1' : '0' } },
    },
    createSession: (model, options) => InferenceSession.create(model, options),
    hostTensor,
    placeWeight: async (tensor) => {
      const { dtype, shape, data } = tensor;
      const sizeBytes = data.length * bytesPerElement[dtype];
      budget.take(sizeBytes);
      const buffer = await createBuffer(device, data).catch((error: unknown) => {
        budget.give(sizeBytes);
        throw error;
      });
      const ort = OrtTensor.fromGpuBuffer(buffer, { dataType: dtype, dims: [...shape] });
      const free = (): void => {
        buffer.destroy();
        budget.give(sizeBytes);
      };
      return { dtype, shape, sizeBytes, ort, hostBytes: null, free };
    },
    download: async (outputs) => {
      const onDevice = outputs.filter((output) => output.location === 'gpu-buffer');
      const read = await readBuffers(
        device,
        onDevice.map((output) => ({ buffer: output.gpuBuffer as GPUBuffer, sizeBytes: output.size * bytesPerElement[output.type as DType] })),
      );
      return Promise.all(outputs.map((output) => (output.location === 'gpu-buffer' ? read[onDevice.indexOf(output)]! : output.getData())));
    },
    abandon: () => {
      isAbandoned = true;
    },
    close: () => device.destroy(),
  };
  return new OrtGraphRunner(platform, mutex);
}
