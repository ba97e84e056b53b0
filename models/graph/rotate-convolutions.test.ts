import { expect, test } from 'vitest';
import { GraphBuilder } from './graph-builder.ts';
import { printGraph } from './print-graph.ts';
import { rotateConvolutions } from './rotate-convolutions.ts';
import { verifyGraph } from './verify-graph.ts';

test('a transposed convolution by a weight becomes a plain one with mirrored pads; others stay', () => {
  const builder = new GraphBuilder('backward');
  const x = builder.input('x', 'float32', [1, 4, 5, 5]);
  const weight = builder.parameter('w', 'float32', [4, 6, 3, 3]);
  const window = { dilations: [1, 1], group: 1 } as const;
  const plain = { ...window, strides: [1, 1], pads: [1, 0, 1, 2], outputPadding: [0, 0] } as const;
  builder.output('first', builder.node('ConvTranspose', [x, weight], plain));
  builder.output('second', builder.node('ConvTranspose', [x, weight], plain));
  builder.output('strided', builder.node('ConvTranspose', [x, weight], { ...window, strides: [2, 2], pads: [1, 1, 1, 1], outputPadding: [1, 1] }));
  const graph = rotateConvolutions(builder.build());
  verifyGraph(graph);
  expect(printGraph(graph)).toMatchInlineSnapshot(`
    "graph backward
      input x: float32[1, 4, 5, 5]
      weight w: float32[4, 6, 3, 3]
      constant reversed_3: int32[3] = [2, 1, 0]
      w/swapped: float32[6, 4, 3, 3] = Transpose(w) {perm: [1, 0, 2, 3]}
      w/turned_rows: float32[6, 4, 3, 3] = Gather(w/swapped, reversed_3) {axis: 2}
      w/turned_columns: float32[6, 4, 3, 3] = Gather(w/turned_rows, reversed_3) {axis: 3}
      ConvTranspose_0: float32[1, 6, 5, 5] = Conv(x, w/turned_columns) {strides: [1, 1], pads: [1, 2, 1, 0], dilations: [1, 1], group: 1}
      ConvTranspose_1: float32[1, 6, 5, 5] = Conv(x, w/turned_columns) {strides: [1, 1], pads: [1, 2, 1, 0], dilations: [1, 1], group: 1}
      ConvTranspose_2: float32[1, 6, 10, 10] = ConvTranspose(x, w) {dilations: [1, 1], group: 1, strides: [2, 2], pads: [1, 1, 1, 1], outputPadding: [1, 1]}
      output first = ConvTranspose_0
      output second = ConvTranspose_1
      output strided = ConvTranspose_2"
  `);
});
