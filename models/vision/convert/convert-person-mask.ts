/** @file The names of selfie segmentation in its TensorFlow.js file, and the same weights under our names. */
import { bias, convolutionWeight, depthwiseWeight } from './convert-layout.ts';
import { readTfjsWeights, type TfjsModel } from './tfjs-weights.ts';
import { weightReader, type Weights } from './weight-reader.ts';

/** Our names of the convolutions across channels, in the order of the file; it counts from 1. */
const convolutions = [
  ...['stem', 'quarter.expand', 'quarter.squeeze.down', 'quarter.squeeze.up', 'quarter.project'],
  ...['eighth.0.expand', 'eighth.0.project', 'eighth.1.expand', 'eighth.1.project'],
  ...[0, 1, 2, 3, 4].flatMap((i) => ['expand', 'squeeze.down', 'squeeze.up', 'project'].map((part) => `deep.${i}.${part}`)),
  ...['deep.out', 'deep.gate'],
  ...['eighth', 'quarter', 'half'].flatMap((to) => [`to-${to}`, `to-${to}.squeeze.down`, `to-${to}.squeeze.up`, `at-${to}.mix`]),
];

/** And of those of each channel by itself; it counts from 0. */
const depthwises = ['quarter', 'eighth.0', 'eighth.1', ...[0, 1, 2, 3, 4].map((i) => `deep.${i}`), 'at-eighth', 'at-quarter', 'at-half'];

/**
 * The file knows convolutions and their biases by two numberings, one apart.
 *
 * @throws {AppError} `weights-missing` if a weight is absent
 */
export function convertPersonMask(model: TfjsModel, bytes: Uint8Array): Weights {
  const weightOf = weightReader(readTfjsWeights(model, bytes));
  const result: Weights = new Map();
  convolutions.forEach((name, index) => {
    result.set(`${name}.weight`, convolutionWeight(weightOf(index === 0 ? 'Conv2D/filter' : `Conv2D_${index + 1}/filter`)));
    result.set(`${name}.bias`, bias(weightOf(index === 0 ? 'conv2d_1/y' : `conv2d_${index}_1/y`)));
  });
  depthwises.forEach((name, index) => {
    const suffix = index === 0 ? '' : `_${index}`;
    result.set(`${name}.depthwise.weight`, depthwiseWeight(weightOf(`depthwise${suffix}/filter_in`)));
    result.set(`${name}.depthwise.bias`, bias(weightOf(`depthwise_conv2d${suffix}/y`)));
  });
  // [kh, kw, Cout, Cin] of a transposed convolution goes the same way: to [Cin, Cout, kh, kw].
  result.set('mask.weight', convolutionWeight(weightOf('segment/filter')));
  result.set('mask.bias', bias(weightOf('segment_add/y')));
  return result;
}
