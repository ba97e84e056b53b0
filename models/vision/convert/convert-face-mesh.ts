/** @file The names of the face mesh in its TensorFlow.js file, and the same weights under our names. */
import { float32 } from '../../tensor/tensor.ts';
import { bias, convolutionWeight, depthwiseWeight } from './convert-layout.ts';
import { readTfjsWeights, type TfjsModel } from './tfjs-weights.ts';
import { weightReader, type Weights } from './weight-reader.ts';

/**
 * Residual blocks in our order: number of their depthwise convolution, of their 1x1 convolution (both counted from 1) and of their slope.
 * The fourteen of the trunk are numbered in a row; the heads for the mesh and for the presence follow, with the contours between them.
 */
const heads = [
  ['mesh.0', 15, 16, 16],
  ['mesh.1', 16, 17, 17],
  ['mesh.2', 17, 18, 18],
  ['mesh.3', 18, 20, 20],
  ['presence.0', 23, 28, 26],
  ['presence.1', 24, 30, 28],
] as const;

/**
 * Batch normalisation is folded into the convolutions already; the slopes are per channel.
 *
 * @throws {AppError} `weights-missing` if a weight is absent
 */
export function convertFaceMesh(model: TfjsModel, bytes: Uint8Array): Weights {
  const read = weightReader(readTfjsWeights(model, bytes));
  const weightOf = (name: string): ReturnType<typeof read> => read(`StatefulPartitionedCall/model_1/${name}`);
  const result: Weights = new Map();
  const convolution = (name: string, index: number): void => {
    result.set(`${name}.weight`, convolutionWeight(weightOf(`conv2d_${index}/Conv2D_weights`)));
    result.set(`${name}.bias`, bias(weightOf(`conv2d_${index}/Conv2D_bn_offset`)));
  };
  const slope = (name: string, index: number): void => {
    const { data } = weightOf(`p_re_lu_${index}/Neg`);
    result.set(`${name}.slope`, float32([data.length, 1, 1], data));
  };
  const block = (name: string, depthwise: number, pointwise: number, slopeIndex: number): void => {
    result.set(`${name}.depthwise.weight`, depthwiseWeight(weightOf(`depthwise_conv2d_${depthwise}/depthwise/ReadVariableOp`)));
    convolution(`${name}.pointwise`, pointwise);
    slope(name, slopeIndex);
  };
  const last = (name: string, index: number): void => {
    result.set(`${name}.weight`, convolutionWeight(weightOf(`conv2d_${index}/Conv2D/ReadVariableOp`)));
    result.set(`${name}.bias`, bias(weightOf(`conv2d_${index}/BiasAdd/ReadVariableOp`)));
  };
  convolution('stem', 1);
  slope('stem', 1);
  for (let i = 0; i < 14; i++) block(`blocks.${i}`, i + 1, i + 2, i + 2);
  for (const [name, depthwise, pointwise, slopeIndex] of heads) block(name, depthwise, pointwise, slopeIndex);
  convolution('mesh.narrow', 19);
  slope('mesh.narrow', 19);
  convolution('presence.narrow', 29);
  slope('presence.narrow', 27);
  last('points', 21);
  last('presence', 31);
  return result;
}
