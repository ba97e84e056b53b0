/** @file MediaPipe's face mesh: 468 points in three dimensions on a cut-out face. @see Kartynnik et al. 2019, arXiv:1907.06724 */
import type { Graph, Value } from '../graph/graph.ts';
import { GraphBuilder } from '../graph/graph-builder.ts';
import { convolution, depthwise } from './depthwise-separable.ts';

/** Side of the input in pixels. */
export const faceMeshInputSize = 192;

/** Points of the mesh. */
export const meshPointCount = 468;

/** Channels at 96, 48, 24, 12 and 6 pixels; each later stage opens with a halving block, and two plain ones follow. */
const stageChannels = [16, 32, 64, 128, 128] as const;
const headChannels = 32;

/**
 * Builds the net. The contour output of the original (eyes and lips only) is left out.
 *
 * Input `face`: float32 [1, 3, 192, 192], RGB in 0 to 1, the eyes level.
 * Outputs `points` [1, 1404]: x, y and depth of each point, in pixels of the input, nearer is lower; `presence` [1, 1], 0 to 1: whether this is a face.
 */
export function buildFaceMesh(): Graph {
  const builder = new GraphBuilder('face-mesh');
  const face = builder.input('face', 'float32', [1, 3, faceMeshInputSize, faceMeshInputSize]);
  let x = prelu(builder, convolution(builder, face, 'stem', stageChannels[0], 3, 2), 'stem.slope'); // [1, 16, 96, 96]
  let block = 0;
  stageChannels.forEach((channels, stage) => {
    if (stage > 0) x = halvingBlock(builder, x, `blocks.${block++}`, channels);
    for (let i = 0; i < 2; i++) x = residualBlock(builder, x, `blocks.${block++}`);
  }); // [1, 128, 6, 6]
  let mesh = halvingBlock(builder, x, 'mesh.0', 128);
  for (const name of ['mesh.1', 'mesh.2']) mesh = residualBlock(builder, mesh, name);
  mesh = residualBlock(builder, narrow(builder, mesh, 'mesh.narrow'), 'mesh.3');
  const presence = residualBlock(builder, narrow(builder, halvingBlock(builder, x, 'presence.0', 128), 'presence.narrow'), 'presence.1');
  builder.output('points', builder.node('Reshape', [wholeMap(builder, mesh, 'points', 3 * meshPointCount)], { shape: [1, 3 * meshPointCount] }));
  const belief = builder.node('Sigmoid', [wholeMap(builder, presence, 'presence', 1)]);
  builder.output('presence', builder.node('Reshape', [belief], { shape: [1, 1] }));
  return builder.build();
}

function prelu(builder: GraphBuilder, x: Value, name: string): Value {
  return builder.node('PRelu', [x, builder.parameter(name, 'float32', [x.shape[1]!, 1, 1])]);
}

function branch(builder: GraphBuilder, x: Value, name: string, channels: number, stride: number): Value {
  return convolution(builder, depthwise(builder, x, `${name}.depthwise`, stride, false), `${name}.pointwise`, channels, 1, 1);
}

function residualBlock(builder: GraphBuilder, x: Value, name: string): Value {
  return prelu(builder, builder.node('Add', [x, branch(builder, x, name, x.shape[1]!, 1)]), `${name}.slope`);
}

/** Half the size, `channels` channels; the shortcut is pooled and filled up with zero channels. */
function halvingBlock(builder: GraphBuilder, x: Value, name: string, channels: number): Value {
  const pooled = builder.node('MaxPool', [x], { kernel: [2, 2], strides: [2, 2], pads: [0, 0, 0, 0] });
  const missing = channels - x.shape[1]!;
  const shortcut = missing === 0 ? pooled : builder.node('Pad', [pooled], { pads: [0, 0, 0, 0, 0, missing, 0, 0], value: 0 });
  return prelu(builder, builder.node('Add', [shortcut, branch(builder, x, name, channels, 2)]), `${name}.slope`);
}

function narrow(builder: GraphBuilder, x: Value, name: string): Value {
  return prelu(builder, convolution(builder, x, name, headChannels, 1, 1), `${name}.slope`); // [1, 32, 3, 3]
}

/** A convolution as large as the 3x3 map: every output sees all of it. */
function wholeMap(builder: GraphBuilder, x: Value, name: string, channels: number): Value {
  const weight = builder.parameter(`${name}.weight`, 'float32', [channels, x.shape[1]!, 3, 3]);
  const bias = builder.parameter(`${name}.bias`, 'float32', [channels]);
  return builder.node('Conv', [x, weight, bias], { strides: [1, 1], pads: [0, 0, 0, 0], dilations: [1, 1], group: 1 });
}
