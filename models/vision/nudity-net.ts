/** @file NSFWJS: a MobileNet that sorts pictures by how much they show. @see Sandler et al. 2018, arXiv:1801.04381; github.com/infinitered/nsfwjs */
import type { Graph, Value } from '../graph/graph.ts';
import { GraphBuilder } from '../graph/graph-builder.ts';
import { convolution, depthwise } from './depthwise-separable.ts';

/** Side of the input in pixels. */
export const nudityInputSize = 224;

/** What a picture is taken for, in the order of the output. */
export const nudityClasses = ['drawing', 'hentai', 'neutral', 'porn', 'sexy'] as const;

/** MobileNet v2, width 1: expansion, channels, repeats, stride of the first. */
export const nudityStages: readonly (readonly [expansion: number, channels: number, repeats: number, stride: number])[] = [
  [1, 16, 1, 1],
  [6, 24, 2, 2],
  [6, 32, 3, 2],
  [6, 64, 4, 2],
  [6, 96, 3, 1],
  [6, 160, 3, 2],
  [6, 320, 1, 1],
];

/**
 * Builds the classifier. Batch normalisation is folded into weights and biases.
 *
 * Input `image`: float32 [1, 3, 224, 224], RGB in 0 to 1.
 * Output `belief` [1, 5]: the share of belief in each of `nudityClasses`.
 */
export function buildNudityNet(): Graph {
  const builder = new GraphBuilder('nudity');
  const image = builder.input('image', 'float32', [1, 3, nudityInputSize, nudityInputSize]);
  let x = relu6(builder, convolution(builder, image, 'stem', 32, 3, 2)); // [1, 32, 112, 112]
  let block = 0;
  for (const [expansion, channels, repeats, stride] of nudityStages) {
    for (let i = 0; i < repeats; i++) x = invertedResidual(builder, x, `blocks.${block++}`, expansion, channels, i === 0 ? stride : 1);
  } // [1, 320, 7, 7]
  x = relu6(builder, convolution(builder, x, 'last', 1280, 1, 1));
  const features = builder.node('ReduceMean', [x], { axes: [2, 3], keepDims: false });
  const first = builder.node('Relu', [dense(builder, features, 'dense.0', 256)]);
  const second = builder.node('Relu', [dense(builder, first, 'dense.1', 128)]);
  builder.output('belief', builder.node('Softmax', [dense(builder, second, 'dense.2', nudityClasses.length)], { axis: -1 }));
  return builder.build();
}

/** Widen, convolve each channel, narrow; added to its input where the shape stays. */
function invertedResidual(builder: GraphBuilder, x: Value, name: string, expansion: number, channels: number, stride: number): Value {
  const wide = expansion === 1 ? x : relu6(builder, convolution(builder, x, `${name}.expand`, x.shape[1]! * expansion, 1, 1));
  const filtered = relu6(builder, depthwise(builder, wide, `${name}.depthwise`, stride, true));
  const narrow = convolution(builder, filtered, `${name}.project`, channels, 1, 1);
  return stride === 1 && x.shape[1] === channels ? builder.node('Add', [x, narrow]) : narrow;
}

function relu6(builder: GraphBuilder, x: Value): Value {
  return builder.node('Clip', [x], { min: 0, max: 6 });
}

/** [1, K] to [1, width]; the weight is [width, K]. */
function dense(builder: GraphBuilder, x: Value, name: string, width: number): Value {
  const weight = builder.parameter(`${name}.weight`, 'float32', [width, x.shape[1]!]);
  const bias = builder.parameter(`${name}.bias`, 'float32', [width]);
  return builder.node('Gemm', [x, weight, bias], { transA: false, transB: true, alpha: 1, beta: 1 });
}
