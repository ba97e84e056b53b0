/** @file BlazeFace, full range: the net that finds faces. @see Bazarevsky et al. 2019, arXiv:1907.05047 */
import type { Graph, Value } from '../graph/graph.ts';
import { GraphBuilder } from '../graph/graph-builder.ts';
import { convolution, depthwise } from './depthwise-separable.ts';

/** Side of the input in pixels. */
export const blazefaceInputSize = 256;

/** Channels at 128, 64, 32 and 16 pixels; each later stage opens with a halving block. */
const stageChannels = [24, 24, 48, 96] as const;
const blocksPerStage = 7;

/** Numbers for each anchor: box centre and size, then six keypoints. */
export const valuesPerAnchor = 16;

/** The two grids on which anchors sit, in the order of the outputs. */
export const anchorGrids = [
  { cells: 16, anchorsPerCell: 2 },
  { cells: 8, anchorsPerCell: 6 },
] as const;

/**
 * Builds the detector.
 *
 * Input `image`: float32 [1, 3, 256, 256], RGB in [-1, 1].
 * Outputs `scores` [1, 896, 1], logits, and `boxes` [1, 896, 16], in pixels of the input relative to the anchor's centre.
 */
export function buildBlazeface(): Graph {
  const builder = new GraphBuilder('blazeface');
  const image = builder.input('image', 'float32', [1, 3, blazefaceInputSize, blazefaceInputSize]);
  let x = builder.node('Relu', [convolution(builder, image, 'stem', stageChannels[0], 5, 2)]); // [1, 24, 128, 128]
  let block = 0;
  stageChannels.forEach((channels, stage) => {
    if (stage > 0) x = halvingBlock(builder, x, `blocks.${block++}`, channels);
    for (let i = 0; i < blocksPerStage; i++) x = residualBlock(builder, x, `blocks.${block++}`);
  }); // [1, 96, 16, 16]
  const coarse = builder.node('Relu', [convolution(builder, depthwise(builder, x, 'coarse.depthwise', 2, false), 'coarse.pointwise', 96, 1, 1)]); // [1, 96, 8, 8]
  const scores = [head(builder, x, 'fine.scores', 0, 1), head(builder, coarse, 'coarse.scores', 1, 1)];
  const boxes = [head(builder, x, 'fine.boxes', 0, valuesPerAnchor), head(builder, coarse, 'coarse.boxes', 1, valuesPerAnchor)];
  builder.output('scores', builder.node('Concat', scores, { axis: 1 }));
  builder.output('boxes', builder.node('Concat', boxes, { axis: 1 }));
  return builder.build();
}

function residualBlock(builder: GraphBuilder, x: Value, name: string): Value {
  const branch = convolution(builder, depthwise(builder, x, `${name}.depthwise`, 1, false), `${name}.pointwise`, x.shape[1]!, 1, 1);
  return builder.node('Relu', [builder.node('Add', [x, branch])]);
}

/** Half the size, `channels` channels; the shortcut is pooled and filled up with zero channels. */
function halvingBlock(builder: GraphBuilder, x: Value, name: string, channels: number): Value {
  const branch = convolution(builder, depthwise(builder, x, `${name}.depthwise`, 2, false), `${name}.pointwise`, channels, 1, 1);
  const pooled = builder.node('MaxPool', [x], { kernel: [2, 2], strides: [2, 2], pads: [0, 0, 0, 0] });
  const missing = channels - x.shape[1]!;
  const shortcut = missing === 0 ? pooled : builder.node('Pad', [pooled], { pads: [0, 0, 0, 0, 0, missing, 0, 0], value: 0 });
  return builder.node('Relu', [builder.node('Add', [shortcut, branch])]);
}

/** One 1x1 convolution whose channels are (anchor, value), reordered to [1, cells * cells * anchors, values]. */
function head(builder: GraphBuilder, x: Value, name: string, grid: 0 | 1, values: number): Value {
  const { cells, anchorsPerCell } = anchorGrids[grid];
  const y = convolution(builder, x, name, anchorsPerCell * values, 1, 1);
  const channelsLast = builder.node('Transpose', [y], { perm: [0, 2, 3, 1] });
  return builder.node('Reshape', [channelsLast], { shape: [1, cells * cells * anchorsPerCell, values] });
}
