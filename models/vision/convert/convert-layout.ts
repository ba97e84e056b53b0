/** @file TensorFlow's weight layouts to ours, and batch normalisation into the convolution before it. */
import { float32, tensor, type Tensor } from '../../tensor/tensor.ts';
import type { TfjsTensor } from './tfjs-weights.ts';

/** [kh, kw, Cin, Cout] to [Cout, Cin, kh, kw]; each output channel times `scale` where one is given. */
export function convolutionWeight({ shape, data }: TfjsTensor, scale?: Float32Array): Tensor<'float32'> {
  const [kh, kw, cin, cout] = shape as [number, number, number, number];
  const result = new Float32Array(data.length);
  for (let position = 0; position < kh * kw; position++) {
    for (let i = 0; i < cin; i++) {
      for (let o = 0; o < cout; o++) result[(o * cin + i) * kh * kw + position] = data[(position * cin + i) * cout + o]! * (scale?.[o] ?? 1);
    }
  }
  return tensor('float32', [cout, cin, kh, kw], result);
}

/** [kh, kw, C, 1] to [C, 1, kh, kw]: the same walk with channels as outputs of one input each. */
export function depthwiseWeight({ shape, data }: TfjsTensor, scale?: Float32Array): Tensor<'float32'> {
  const [kh, kw, channels] = shape as [number, number, number, number];
  return convolutionWeight({ shape: [kh, kw, 1, channels], data }, scale);
}

/** [K, N] to [N, K]. */
export function denseWeight({ shape, data }: TfjsTensor): Tensor<'float32'> {
  const [inputs, outputs] = shape as [number, number];
  return tensor('float32', [outputs, inputs], convolutionWeight({ shape: [1, 1, inputs, outputs], data }).data);
}

/** A vector as it is. */
export function bias({ shape, data }: TfjsTensor): Tensor<'float32'> {
  return float32(shape, data);
}
