/** @file FaceRes: a MobileNet that turns a face into 1,024 numbers, and guesses its age. @see Savchenko 2019, arXiv:1807.07718; Howard et al. 2017 */
import type { Graph, Value } from '../graph/graph.ts';
import { GraphBuilder } from '../graph/graph-builder.ts';
import { convolution, depthwise } from './depthwise-separable.ts';

/** Side of the input in pixels. */
export const faceresInputSize = 224;

/** What the net was trained to see subtracted: the ImageNet means of blue, green and red, 0 to 255. */
export const channelMeans = [103.939, 116.779, 123.68] as const;

/** Length of the embedding. */
export const embeddingLength = 1024;

/** Stride of the 3x3 and channels after the 1x1 convolution of each block: MobileNet v1, width 1. */
const blocks: readonly (readonly [stride: number, channels: number])[] = [
  [1, 64],
  [2, 128],
  [1, 128],
  [2, 256],
  [1, 256],
  [2, 512],
  [1, 512],
  [1, 512],
  [1, 512],
  [1, 512],
  [1, 512],
  [2, 1024],
  [1, 1024],
];

/**
 * Builds the embedder. Batch normalisation is folded into weights and biases.
 *
 * Input `face`: float32 [1, 3, 224, 224], blue, green, red in 0 to 255 less `channelMeans`.
 * Outputs `embedding` [1, 1024]; `age` [1, 100], the share of belief in each year from 1; `male` [1, 1], 0 to 1.
 */
export function buildFaceres(): Graph {
  const builder = new GraphBuilder('faceres');
  const face = builder.input('face', 'float32', [1, 3, faceresInputSize, faceresInputSize]);
  let x = relu6(builder, convolution(builder, face, 'stem', 32, 3, 2)); // [1, 32, 112, 112]
  blocks.forEach(([stride, channels], index) => {
    x = relu6(builder, depthwise(builder, x, `blocks.${index}.depthwise`, stride, true));
    x = relu6(builder, convolution(builder, x, `blocks.${index}.pointwise`, channels, 1, 1));
  }); // [1, 1024, 7, 7]
  const embedding = builder.node('ReduceMean', [x], { axes: [2, 3], keepDims: false });
  const features = builder.node('Relu', [dense(builder, embedding, 'features', 256)]);
  builder.output('embedding', embedding);
  builder.output('age', builder.node('Softmax', [dense(builder, features, 'age', 100)], { axis: -1 }));
  builder.output('male', builder.node('Sigmoid', [dense(builder, features, 'male', 1)]));
  return builder.build();
}

function relu6(builder: GraphBuilder, x: Value): Value {
  return builder.node('Clip', [x], { min: 0, max: 6 });
}

/** [1, K] to [1, width]; the weight is [width, K], as PyTorch keeps it. */
function dense(builder: GraphBuilder, x: Value, name: string, width: number): Value {
  const weight = builder.parameter(`${name}.weight`, 'float32', [width, x.shape[1]!]);
  const bias = builder.parameter(`${name}.bias`, 'float32', [width]);
  return builder.node('Gemm', [x, weight, bias], { transA: false, transB: true, alpha: 1, beta: 1 });
}
