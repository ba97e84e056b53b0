/** @file MediaPipe's selfie segmentation: which pixels are person. A MobileNet v3 with squeeze-and-excitation, and a decoder that blends in finer maps. @see google.github.io/mediapipe/solutions/selfie_segmentation */
import type { Graph, Value } from '../graph/graph.ts';
import { GraphBuilder } from '../graph/graph-builder.ts';
import { convolution, depthwise } from './depthwise-separable.ts';

/** Side of the input and of the mask in pixels. */
export const personMaskSize = 256;

/** The blocks at 16 pixels: channels inside, channels of the squeeze. */
export const deepBlocks: readonly (readonly [inside: number, squeezed: number])[] = [
  [128, 32],
  [128, 32],
  [96, 24],
  [96, 24],
];

/** 1/6 as the original keeps it, in half precision: with the exact one the mask differs by up to 0.002. */
const sixth = 0.1666259765625;

/**
 * Builds the net.
 *
 * Input `image`: float32 [1, 3, 256, 256], RGB in 0 to 1.
 * Output `mask` [1, 1, 256, 256]: how surely each pixel is person, 0 to 1.
 */
export function buildPersonMask(): Graph {
  const builder = new GraphBuilder('person-mask');
  const image = builder.input('image', 'float32', [1, 3, personMaskSize, personMaskSize]);
  const half = hardSwish(builder, convolution(builder, image, 'stem', 16, 3, 2)); // [1, 16, 128, 128]

  // 64 px: squeezed after the 3x3, without a shortcut.
  let x = relu(builder, convolution(builder, half, 'quarter.expand', 16, 1, 1));
  x = relu(builder, depthwise(builder, x, 'quarter.depthwise', 2, true));
  const quarter = convolution(builder, excite(builder, x, x, 'quarter.squeeze', 8), 'quarter.project', 16, 1, 1); // [1, 16, 64, 64]

  // 32 px: no squeeze.
  x = relu(builder, convolution(builder, quarter, 'eighth.0.expand', 72, 1, 1));
  x = relu(builder, depthwise(builder, x, 'eighth.0.depthwise', 2, true));
  const entrance = convolution(builder, x, 'eighth.0.project', 24, 1, 1); // [1, 24, 32, 32]
  x = relu(builder, convolution(builder, entrance, 'eighth.1.expand', 88, 1, 1));
  x = relu(builder, depthwise(builder, x, 'eighth.1.depthwise', 1, true));
  const eighth = builder.node('Add', [convolution(builder, x, 'eighth.1.project', 24, 1, 1), entrance]);

  // 16 px.
  x = deepBlock(builder, eighth, 'deep.0', 96, 24, 2);
  deepBlocks.forEach(([inside, squeezed], i) => {
    x = builder.node('Add', [deepBlock(builder, x, `deep.${i + 1}`, inside, squeezed, 1), x]);
  }); // [1, 32, 16, 16]
  const gate = builder.node('Sigmoid', [convolution(builder, wholeMean(builder, x), 'deep.gate', 128, 1, 1)]);
  x = builder.node('Mul', [relu(builder, convolution(builder, x, 'deep.out', 128, 1, 1)), gate]);

  x = refine(builder, blend(builder, x, eighth, 'to-eighth'), 'at-eighth', 24); // 32 px
  x = refine(builder, blend(builder, x, quarter, 'to-quarter'), 'at-quarter', 16); // 64 px
  x = refine(builder, blend(builder, x, half, 'to-half'), 'at-half', 16); // 128 px
  const weight = builder.parameter('mask.weight', 'float32', [16, 1, 2, 2]);
  const bias = builder.parameter('mask.bias', 'float32', [1]);
  const logits = builder.node('ConvTranspose', [x, weight, bias], { strides: [2, 2], pads: [0, 0, 0, 0], dilations: [1, 1], group: 1, outputPadding: [0, 0] });
  builder.output('mask', builder.node('Sigmoid', [logits]));
  return builder.build();
}

function relu(builder: GraphBuilder, x: Value): Value {
  return builder.node('Relu', [x]);
}

/** x times a ramp from 0 at -3 to 1 at 3. */
function hardSwish(builder: GraphBuilder, x: Value): Value {
  const ramp = builder.node('Clip', [builder.node('Add', [x, builder.scalar(3)])], { min: 0, max: 6 });
  return builder.node('Mul', [x, builder.node('Mul', [ramp, builder.scalar(sixth)])]);
}

/** [N, C, S, S] to [N, C, 1, 1]. */
function wholeMean(builder: GraphBuilder, x: Value): Value {
  return builder.node('ReduceMean', [x], { axes: [2, 3], keepDims: true });
}

/** `x` times a share per channel that is computed from the means of `from`. */
function excite(builder: GraphBuilder, x: Value, from: Value, name: string, squeezed: number): Value {
  const narrow = relu(builder, convolution(builder, wholeMean(builder, from), `${name}.down`, squeezed, 1, 1));
  return builder.node('Mul', [x, builder.node('Sigmoid', [convolution(builder, narrow, `${name}.up`, x.shape[1]!, 1, 1)])]);
}

function deepBlock(builder: GraphBuilder, x: Value, name: string, inside: number, squeezed: number, stride: number): Value {
  const wide = hardSwish(builder, convolution(builder, x, `${name}.expand`, inside, 1, 1));
  const filtered = hardSwish(builder, depthwise(builder, wide, `${name}.depthwise`, stride, true, 5));
  return convolution(builder, excite(builder, filtered, filtered, `${name}.squeeze`, squeezed), `${name}.project`, 32, 1, 1);
}

/** The coarse map at twice its size, plus the finer one as far as both together ask for it. */
function blend(builder: GraphBuilder, coarse: Value, fine: Value, name: string): Value {
  const enlarged = builder.node('Resize', [coarse], { scales: [2, 2], mode: 'linear' });
  const channels = fine.shape[1]!;
  const up = convolution(builder, enlarged, name, channels, 1, 1);
  const gated = excite(builder, fine, builder.node('Add', [fine, up]), `${name}.squeeze`, channels);
  return builder.node('Add', [gated, up]);
}

function refine(builder: GraphBuilder, x: Value, name: string, channels: number): Value {
  const mixed = relu(builder, convolution(builder, x, `${name}.mix`, channels, 1, 1));
  return builder.node('Add', [mixed, relu(builder, depthwise(builder, mixed, `${name}.depthwise`, 1, true))]);
}
