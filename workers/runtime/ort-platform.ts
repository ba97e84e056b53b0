/** @file What differs between the builds and providers of onnxruntime, as one port: where weights lie, how outputs come back. */
import type { InferenceSession, Tensor as OrtTensor } from 'onnxruntime-common';
import { bytesPerElement, viewBytes, type DType } from '#models/tensor/dtype.ts';
import type { Shape } from '#models/tensor/shape.ts';
import type { Tensor } from '#models/tensor/tensor.ts';

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

export interface OrtPlatform {
  readonly backend: string;
  /** The largest tensor that a kernel can bind. Absent: any. */
  readonly bindingBytes?: number;
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
  /** Copies the elements of outputs to the host, wherever the provider left them; all that are asked for at once in one go. */
  download(outputs: readonly OrtTensor[]): Promise<OrtTensor.DataType[]>;
  /** Rejects when the device goes away: a call that is under way may then never end by itself. */
  readonly lost?: Promise<never>;
  /** Told when the device went away in the middle of a call: this thread's onnxruntime may never leave that call. */
  abandon?(): void;
  /** Frees the device, if the platform owns one. */
  close(): Promise<void> | void;
}

/** `download` of providers that offer one tensor at a time. */
export function downloadEach(outputs: readonly OrtTensor[]): Promise<OrtTensor.DataType[]> {
  return Promise.all(outputs.map((output) => output.getData()));
}

/** Views an onnxruntime tensor that lives on the host as ours, without a copy. */
export function fromOrtData(dtype: DType, shape: Shape, data: OrtTensor.DataType): Tensor {
  const { buffer, byteOffset, byteLength } = data as Float32Array;
  return { dtype, shape, data: viewBytes(dtype, new Uint8Array(buffer, byteOffset, byteLength)) };
}

/** A weight that stays in host memory, for the CPU and wasm providers. Not copied. */
export function placeOnHost(tensor: Tensor, hostTensor: (tensor: Tensor) => OrtTensor): PlacedWeight {
  const sizeBytes = tensor.data.length * bytesPerElement[tensor.dtype];
  const hostBytes = new Uint8Array(tensor.data.buffer, tensor.data.byteOffset, sizeBytes);
  return { dtype: tensor.dtype, shape: tensor.shape, sizeBytes, ort: hostTensor(tensor), hostBytes, free: () => undefined };
}
