/** @file Weights that TensorFlow.js holds as bytes stay bytes; what follows a convolution goes into their steps. */
import { tensor, type Tensor } from '../../tensor/tensor.ts';
import { channelSteps, stepName, zeroName } from '../quantised-weights.ts';
import { convolutionWeight } from './convert-layout.ts';
import type { TfjsTensor } from './tfjs-weights.ts';

/** For a weight that nothing scales. */
export const ones = (count: number): number[] => new Array<number>(count).fill(1);

/** In our layout: bytes with the steps of each channel where it was quantised, float32 times the scales where not. */
export function keepWeight(
  result: Map<string, Tensor>,
  name: string,
  weight: TfjsTensor,
  layout: (weight: TfjsTensor, scales?: Float32Array) => Tensor<'float32'>,
  scales: ArrayLike<number>,
): void {
  if (weight.quantised === undefined) {
    result.set(name, layout(weight, Float32Array.from(scales)));
    return;
  }
  const moved = layout({ shape: weight.shape, data: Float32Array.from(weight.quantised.bytes) });
  result.set(name, tensor('bool', moved.shape, Uint8Array.from(moved.data)));
  const { step, zero } = channelSteps(weight.quantised, scales);
  result.set(stepName(name), step);
  result.set(zeroName(name), zero);
}

/** [K, N] to [N, K], under `name.weight`. */
export function keepDense(result: Map<string, Tensor>, name: string, weight: TfjsTensor): void {
  const [inputs, outputs] = weight.shape as [number, number];
  const asConvolution = (from: TfjsTensor, scales?: Float32Array): Tensor<'float32'> => {
    const moved = convolutionWeight({ ...from, shape: [1, 1, inputs, outputs] }, scales);
    return tensor('float32', [outputs, inputs], moved.data);
  };
  keepWeight(result, `${name}.weight`, weight, asConvolution, ones(outputs));
}
