/** @file face-api.js' age and sex net: a tiny Xception with a number and two beliefs behind it. @see github.com/justadudewhohacks/face-api.js; Chollet 2017, arXiv:1610.02357 */
import type { Graph, Value } from '../graph/graph.ts';
import { GraphBuilder } from '../graph/graph-builder.ts';
import { convolution, depthwise, samePads } from './depthwise-separable.ts';

/** Side of the input in pixels. */
export const ageInputSize = 112;

/**
 * Builds the net.
 *
 * Input `face`: float32 [1, 3, 112, 112], red, green, blue in 0 to 255 less `dlibMeans`, over 255.
 * Outputs `age` [1, 1] in years; `sex` [1, 2], the belief in a man and in a woman, together 1.
 */
export function buildAgeNet(): Graph {
  const builder = new GraphBuilder('age');
  const face = builder.input('face', 'float32', [1, 3, ageInputSize, ageInputSize]);
  let x = relu(builder, convolution(builder, face, 'stem', 32, 3, 2)); // [1, 32, 56, 56]
  x = halvingBlock(builder, x, 'halving.0', 64, false);
  x = halvingBlock(builder, x, 'halving.1', 128, true); // [1, 128, 14, 14]
  for (let i = 0; i < 2; i++) x = residualBlock(builder, x, `middle.${i}`);
  x = halvingBlock(builder, x, 'halving.2', 256, true); // [1, 256, 7, 7]
  x = relu(builder, separable(builder, x, 'last', 512));
  const features = builder.node('ReduceMean', [x], { axes: [2, 3], keepDims: false });
  builder.output('age', dense(builder, features, 'age', 1));
  builder.output('sex', builder.node('Softmax', [dense(builder, features, 'sex', 2)], { axis: -1 }));
  return builder.build();
}

/** Half the size: two separable convolutions, pooled by maximum, beside one strided 1x1 convolution. */
function halvingBlock(builder: GraphBuilder, x: Value, name: string, channels: number, activates: boolean): Value {
  const first = separable(builder, activates ? relu(builder, x) : x, `${name}.first`, channels);
  const second = separable(builder, relu(builder, first), `${name}.second`, channels);
  const pooled = builder.node('MaxPool', [second], { kernel: [3, 3], strides: [2, 2], pads: samePads(second.shape[2]!, 3, 2) });
  return builder.node('Add', [pooled, convolution(builder, x, `${name}.shortcut`, channels, 1, 2)]);
}

function residualBlock(builder: GraphBuilder, x: Value, name: string): Value {
  const branch = ['first', 'second', 'third'].reduce((inner, step) => separable(builder, relu(builder, inner), `${name}.${step}`, x.shape[1]!), x);
  return builder.node('Add', [branch, x]);
}

/** 3x3 for each channel, then 1x1 across them. */
function separable(builder: GraphBuilder, x: Value, name: string, channels: number): Value {
  return convolution(builder, depthwise(builder, x, `${name}.depthwise`, 1, false), `${name}.pointwise`, channels, 1, 1);
}

function relu(builder: GraphBuilder, x: Value): Value {
  return builder.node('Relu', [x]);
}

function dense(builder: GraphBuilder, x: Value, name: string, width: number): Value {
  const weight = builder.parameter(`${name}.weight`, 'float32', [width, x.shape[1]!]);
  const bias = builder.parameter(`${name}.bias`, 'float32', [width]);
  return builder.node('Gemm', [x, weight, bias], { transA: false, transB: true, alpha: 1, beta: 1 });
}
