/** @file dlib's face recognition network: a narrow ResNet of 29 convolutions that turns an aligned face into 128 numbers. @see github.com/davisking/dlib-models */
import type { Graph, Value } from '../graph/graph.ts';
import { GraphBuilder } from '../graph/graph-builder.ts';

/** Side of the input in pixels. */
export const dlibInputSize = 150;

/** What the net was trained to see subtracted: red, green, blue, 0 to 255. */
export const dlibMeans = [122.782, 117.001, 104.298] as const;

/** Length of the embedding. */
export const dlibEmbeddingLength = 128;

/** Residual blocks after the first convolution, two convolutions each; `halves` is the block that halves the sides. */
const blocks: readonly { readonly channels: number; readonly halves: boolean }[] = [
  ...stage(32, 3, false),
  ...stage(64, 4, true),
  ...stage(128, 3, true),
  ...stage(256, 3, true),
  ...stage(256, 1, true),
];

function stage(channels: number, count: number, halves: boolean): { channels: number; halves: boolean }[] {
  return Array.from({ length: count }, (_, index) => ({ channels, halves: halves && index === 0 }));
}

/** Number of residual blocks: 14. */
export const dlibBlockCount = blocks.length;

/**
 * Builds the embedder. The affine layer after each convolution is folded into its weight and bias.
 *
 * Input `face`: float32 [1, 3, 150, 150], red, green, blue in 0 to 255 less `dlibMeans`, over 255.
 * Output `embedding` [1, 128], not normalised: photos of one person lie within 0.6 of each other (Euclid), as it was trained.
 */
export function buildDlibFace(): Graph {
  const builder = new GraphBuilder('dlib-face');
  const face = builder.input('face', 'float32', [1, 3, dlibInputSize, dlibInputSize]);
  let x = builder.node('Relu', [convolution(builder, face, 'stem', 32, 7, 2, 0)]); // [1, 32, 72, 72]
  x = builder.node('MaxPool', [x], { kernel: [3, 3], strides: [2, 2], pads: [0, 0, 0, 0] }); // [1, 32, 35, 35]
  blocks.forEach(({ channels, halves }, index) => {
    x = residualBlock(builder, x, `blocks.${index}`, channels, halves);
  }); // [1, 256, 2, 2]
  const mean = builder.node('ReduceMean', [x], { axes: [2, 3], keepDims: false });
  const weight = builder.parameter('embedding.weight', 'float32', [dlibEmbeddingLength, x.shape[1]!]);
  const bias = builder.constant({ dtype: 'float32', shape: [dlibEmbeddingLength], data: new Float32Array(dlibEmbeddingLength) });
  builder.output('embedding', builder.node('Gemm', [mean, weight, bias], { transA: false, transB: true, alpha: 1, beta: 1 }));
  return builder.build();
}

/**
 * Two 3x3 convolutions and a shortcut. Where the block halves, its first convolution looks at whole windows only, so an even side
 * loses a row more than the pooled shortcut does: dlib adds what is there and takes the rest as zero.
 */
function residualBlock(builder: GraphBuilder, x: Value, name: string, channels: number, halves: boolean): Value {
  const inner = builder.node('Relu', [convolution(builder, x, `${name}.first`, channels, 3, halves ? 2 : 1, halves ? 0 : 1)]);
  const branch = convolution(builder, inner, `${name}.second`, channels, 3, 1, 1);
  const shortcut = halves ? builder.node('AveragePool', [x], { kernel: [2, 2], strides: [2, 2], pads: [0, 0, 0, 0] }) : x;
  return builder.node('Relu', [builder.node('Add', [filledTo(builder, shortcut, branch), filledTo(builder, branch, shortcut)])]);
}

/** `x` with zero channels, rows and columns behind it until it is as large as `other` in each. */
function filledTo(builder: GraphBuilder, x: Value, other: Value): Value {
  const missing = x.shape.map((size, axis) => Math.max(0, other.shape[axis]! - size));
  return missing.every((count) => count === 0) ? x : builder.node('Pad', [x], { pads: [0, 0, 0, 0, ...missing], value: 0 });
}

/** [1, Cin, S, S] to [1, channels, ...]; its weights are `name.weight` and `name.bias`. */
function convolution(builder: GraphBuilder, x: Value, name: string, channels: number, kernel: number, stride: number, pad: number): Value {
  const weight = builder.parameter(`${name}.weight`, 'float32', [channels, x.shape[1]!, kernel, kernel]);
  const bias = builder.parameter(`${name}.bias`, 'float32', [channels]);
  return builder.node('Conv', [x, weight, bias], { strides: [stride, stride], pads: [pad, pad, pad, pad], dilations: [1, 1], group: 1 });
}
