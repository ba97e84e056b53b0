/** @file The two nets of face-api.js: their names in its files, and the same weights under ours. Filters stay the bytes they are stored as. */
import { AppError } from '../../errors/app-error.ts';
import { float32, tensor, type Tensor } from '../../tensor/tensor.ts';
import { dlibBlockCount } from '../dlib-face.ts';
import { channelSteps, stepName, zeroName } from '../quantised-weights.ts';
import { bias, convolutionWeight, depthwiseWeight } from './convert-layout.ts';
import type { TfjsTensor } from './tfjs-weights.ts';
import { weightReader } from './weight-reader.ts';

/** What the package calls the residual blocks, in order. */
const dlibBlockNames = [
  ...['conv32_1', 'conv32_2', 'conv32_3'],
  ...['conv64_down', 'conv64_1', 'conv64_2', 'conv64_3'],
  ...['conv128_down', 'conv128_1', 'conv128_2'],
  ...['conv256_down', 'conv256_1', 'conv256_2', 'conv256_down_out'],
];

/** The parts of the age net: our name, theirs. */
const ageSeparables: readonly (readonly [name: string, source: string])[] = [
  ...[0, 1].flatMap((i) => [
    [`halving.${i}.first`, `entry_flow/reduction_block_${i}/separable_conv0`] as const,
    [`halving.${i}.second`, `entry_flow/reduction_block_${i}/separable_conv1`] as const,
  ]),
  ...[0, 1].flatMap((i) => ['first', 'second', 'third'].map((step, k) => [`middle.${i}.${step}`, `middle_flow/main_block_${i}/separable_conv${k}`] as const)),
  ['halving.2.first', 'exit_flow/reduction_block/separable_conv0'],
  ['halving.2.second', 'exit_flow/reduction_block/separable_conv1'],
  ['last', 'exit_flow/separable_conv'],
];

/**
 * dlib's face net. The affine layer that follows each convolution goes into the steps of its bytes and into its bias.
 *
 * @throws {AppError} `weights-missing` if a weight is absent
 */
export function convertDlibFace(weights: ReadonlyMap<string, TfjsTensor>): Map<string, Tensor> {
  const weightOf = weightReader(weights);
  const result = new Map<string, Tensor>();
  if (dlibBlockNames.length !== dlibBlockCount) throw new AppError('internal', { message: `${dlibBlockNames.length} names for ${dlibBlockCount} blocks` });
  const convolution = (name: string, source: string): void => {
    const scales = weightOf(`${source}/scale/weights`).data;
    const own = weightOf(`${source}/conv/bias`).data;
    const shifts = weightOf(`${source}/scale/biases`).data;
    keep(result, `${name}.weight`, weightOf(`${source}/conv/filters`), convolutionWeight, scales);
    result.set(
      `${name}.bias`,
      float32(
        [scales.length],
        Array.from(scales, (scale, i) => own[i]! * scale + shifts[i]!),
      ),
    );
  };
  convolution('stem', 'conv32_down');
  dlibBlockNames.forEach((source, index) => {
    convolution(`blocks.${index}.first`, `${source}/conv1`);
    convolution(`blocks.${index}.second`, `${source}/conv2`);
  });
  dense(result, 'embedding', weightOf('fc'));
  return result;
}

/**
 * The age and sex net.
 *
 * @throws {AppError} `weights-missing` if a weight is absent
 */
export function convertAgeNet(weights: ReadonlyMap<string, TfjsTensor>): Map<string, Tensor> {
  const weightOf = weightReader(weights);
  const result = new Map<string, Tensor>();
  const convolution = (name: string, source: string): void => {
    const filters = weightOf(`${source}/filters`);
    keep(result, `${name}.weight`, filters, convolutionWeight, ones(filters.shape[3]!));
    result.set(`${name}.bias`, bias(weightOf(`${source}/bias`)));
  };
  convolution('stem', 'entry_flow/conv_in');
  ['entry_flow/reduction_block_0', 'entry_flow/reduction_block_1', 'exit_flow/reduction_block'].forEach((source, i) => {
    convolution(`halving.${i}.shortcut`, `${source}/expansion_conv`);
  });
  for (const [name, source] of ageSeparables) {
    const [channels, across] = [weightOf(`${source}/depthwise_filter`), weightOf(`${source}/pointwise_filter`)];
    keep(result, `${name}.depthwise.weight`, channels, depthwiseWeight, ones(channels.shape[2]!));
    keep(result, `${name}.pointwise.weight`, across, convolutionWeight, ones(across.shape[3]!));
    result.set(`${name}.pointwise.bias`, bias(weightOf(`${source}/bias`)));
  }
  dense(result, 'age', weightOf('fc/age/weights'));
  result.set('age.bias', bias(weightOf('fc/age/bias')));
  dense(result, 'sex', weightOf('fc/gender/weights'));
  result.set('sex.bias', bias(weightOf('fc/gender/bias')));
  return result;
}

const ones = (count: number): number[] => new Array<number>(count).fill(1);

/** In our layout: bytes with the steps of each channel where it was quantised, float32 times the scales where not. */
function keep(
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

/** [K, N] to [N, K]. */
function dense(result: Map<string, Tensor>, name: string, weight: TfjsTensor): void {
  const [inputs, outputs] = weight.shape as [number, number];
  const asConvolution = (from: TfjsTensor, scales?: Float32Array): Tensor<'float32'> => {
    const moved = convolutionWeight({ ...from, shape: [1, 1, inputs, outputs] }, scales);
    return tensor('float32', [outputs, inputs], moved.data);
  };
  keep(result, `${name}.weight`, weight, asConvolution, ones(outputs));
}
