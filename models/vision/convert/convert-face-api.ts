/** @file The two nets of face-api.js: their names in its files, and the same weights under ours. Filters stay the bytes they are stored as. */
import { AppError } from '../../errors/app-error.ts';
import { float32, type Tensor } from '../../tensor/tensor.ts';
import { dlibBlockCount } from '../dlib-face.ts';
import { bias, convolutionWeight, depthwiseWeight } from './convert-layout.ts';
import { keepDense, keepWeight, ones } from './keep-bytes.ts';
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
    keepWeight(result, `${name}.weight`, weightOf(`${source}/conv/filters`), convolutionWeight, scales);
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
  keepDense(result, 'embedding', weightOf('fc'));
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
    keepWeight(result, `${name}.weight`, filters, convolutionWeight, ones(filters.shape[3]!));
    result.set(`${name}.bias`, bias(weightOf(`${source}/bias`)));
  };
  convolution('stem', 'entry_flow/conv_in');
  ['entry_flow/reduction_block_0', 'entry_flow/reduction_block_1', 'exit_flow/reduction_block'].forEach((source, i) => {
    convolution(`halving.${i}.shortcut`, `${source}/expansion_conv`);
  });
  for (const [name, source] of ageSeparables) {
    const [channels, across] = [weightOf(`${source}/depthwise_filter`), weightOf(`${source}/pointwise_filter`)];
    keepWeight(result, `${name}.depthwise.weight`, channels, depthwiseWeight, ones(channels.shape[2]!));
    keepWeight(result, `${name}.pointwise.weight`, across, convolutionWeight, ones(across.shape[3]!));
    result.set(`${name}.pointwise.bias`, bias(weightOf(`${source}/bias`)));
  }
  keepDense(result, 'age', weightOf('fc/age/weights'));
  result.set('age.bias', bias(weightOf('fc/age/bias')));
  keepDense(result, 'sex', weightOf('fc/gender/weights'));
  result.set('sex.bias', bias(weightOf('fc/gender/bias')));
  return result;
}
