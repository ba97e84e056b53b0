/** @file The names of the two face nets in TensorFlow.js files, and the same weights under our names. */
import { AppError } from '../../errors/app-error.ts';
import { bias, convolutionWeight, denseWeight, depthwiseWeight } from './convert-layout.ts';
import { readTfjsWeights, type TfjsModel, type TfjsTensor } from './tfjs-weights.ts';
import { weightReader, type Weights } from './weight-reader.ts';

/**
 * BlazeFace: the file names its weights `unknown_N`, so they are found through the nodes that use them.
 *
 * @throws {AppError} `weights-missing` if a node or weight is absent
 */
export function convertBlazeface(model: TfjsModel, bytes: Uint8Array): Weights {
  const weightOf = weightReader(readTfjsWeights(model, bytes));
  const inputsOf = (suffix: string): readonly TfjsTensor[] => {
    const node = model.modelTopology.node.find(({ name }) => name === suffix || name.endsWith(`/${suffix}`));
    if (node?.input === undefined) throw new AppError('weights-missing', { message: `no node ${suffix} in the TensorFlow.js file` });
    return node.input.slice(1).map(weightOf);
  };
  const result: Weights = new Map();
  const convolution = (name: string, node: string): void => {
    const [weight, offset] = inputsOf(node);
    result.set(`${name}.weight`, convolutionWeight(weight!));
    result.set(`${name}.bias`, bias(offset!));
  };
  const numbered = (stem: string, index: number): string => (index === 0 ? stem : `${stem}_${index}`);
  const depthwise = (name: string, index: number): void => {
    result.set(`${name}.weight`, depthwiseWeight(inputsOf(`${numbered('depthwise_conv2d', index)}/depthwise`)[0]!));
  };
  convolution('stem', 'conv2d/Relu');
  for (let block = 0; block < 31; block++) {
    depthwise(`blocks.${block}.depthwise`, block);
    convolution(`blocks.${block}.pointwise`, `conv2d_${block + 1}/BiasAdd`);
  }
  depthwise('coarse.depthwise', 31);
  convolution('coarse.pointwise', 're_lu_31/Relu');
  convolution('fine.scores', 'conv2d_33/BiasAdd');
  convolution('fine.boxes', 'conv2d_35/BiasAdd');
  convolution('coarse.scores', 'conv2d_34/BiasAdd');
  convolution('coarse.boxes', 'conv2d_36/BiasAdd');
  return result;
}

/**
 * FaceRes: 3x3 weights take the scale of their batch normalisation; in the 1x1 ones it is already inside.
 *
 * @throws {AppError} `weights-missing` if a weight is absent
 */
export function convertFaceres(model: TfjsModel, bytes: Uint8Array): Weights {
  const weightOf = weightReader(readTfjsWeights(model, bytes));
  const result: Weights = new Map();
  const convolution = (name: string, layer: string): void => {
    result.set(`${name}.weight`, convolutionWeight(weightOf(`${layer}/convolution/merged_input`)));
    result.set(`${name}.bias`, bias(weightOf(`${layer}_bn/batchnorm_1/sub`)));
  };
  convolution('stem', 'conv1');
  for (let block = 0; block < 13; block++) {
    const layer = `conv_dw_${block + 1}`;
    result.set(`blocks.${block}.depthwise.weight`, depthwiseWeight(weightOf(`${layer}/depthwise_kernel`), weightOf(`${layer}_bn/batchnorm_1/mul`).data));
    result.set(`blocks.${block}.depthwise.bias`, bias(weightOf(`${layer}_bn/batchnorm_1/sub`)));
    convolution(`blocks.${block}.pointwise`, `conv_pw_${block + 1}`);
  }
  const dense = (name: string, layer: string): void => {
    result.set(`${name}.weight`, denseWeight(weightOf(`${layer}/kernel`)));
    result.set(`${name}.bias`, bias(weightOf(`${layer}/bias`)));
  };
  dense('features', 'feats');
  dense('age', 'age_pred');
  dense('male', 'gender_pred');
  return result;
}
