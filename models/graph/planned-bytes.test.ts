import { expect, test } from 'vitest';
import { GraphBuilder } from './graph-builder.ts';
import { plannedPeakBytes } from './planned-bytes.ts';
import { runtimeOrder } from './runtime-order.ts';

const kibibyte = 1024;

test('nodes run depth first, from the last of those that nothing reads', () => {
  const b = new GraphBuilder('two outputs');
  const x = b.input('x', 'float32', [256]);
  const early = b.node('Exp', [x]);
  const late = b.node('Sin', [x]);
  b.output('early', b.node('Neg', [early]));
  b.output('late', b.node('Mul', [b.node('Cos', [late]), late]));
  expect(runtimeOrder(b.build()).map(({ op }) => op)).toEqual(['Sin', 'Cos', 'Mul', 'Exp', 'Neg']);
});

test('an operand is overwritten where nobody needs it again, and kept where somebody does', () => {
  const chain = new GraphBuilder('chain');
  chain.output(
    'y',
    chain.node('MatMul', [chain.node('Exp', [chain.node('Sin', [chain.input('x', 'float32', [16, 16])])]), chain.input('w', 'float32', [16, 16])]),
  );
  expect(plannedPeakBytes(chain.build())).toBe(2 * kibibyte); // one for sine and exponential, one for the product
  const reused = new GraphBuilder('reused');
  const sine = reused.node('Sin', [reused.input('x', 'float32', [16, 16])]);
  reused.output('y', reused.node('MatMul', [reused.node('Exp', [sine]), sine]));
  expect(plannedPeakBytes(reused.build())).toBe(3 * kibibyte);
});

test('a transposed convolution unfolds its whole picture', () => {
  const b = new GraphBuilder('convolution');
  const x = b.input('x', 'float32', [1, 2, 8, 8]);
  const weight = b.parameter('w', 'float32', [2, 4, 3, 3]);
  const attributes = { strides: [1, 1], pads: [1, 1, 1, 1], dilations: [1, 1], group: 1, outputPadding: [0, 0] } as const;
  b.output('y', b.node('ConvTranspose', [x, weight], attributes));
  expect(plannedPeakBytes(b.build())).toBe(4 * (4 * 64 + 4 * 9 * 64));
});
