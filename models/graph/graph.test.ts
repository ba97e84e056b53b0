import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { broadcastShapes, elementCount } from '../tensor/shape.ts';
import { float32 } from '../tensor/tensor.ts';
import { GraphBuilder } from './graph-builder.ts';
import type { Graph, Value } from './graph.ts';
import { peakBytes } from './live-bytes.ts';
import { printGraph, printNode } from './print-graph.ts';
import { verifyGraph } from './verify-graph.ts';

const plainConv = { strides: [1, 1], pads: [0, 0, 0, 0], dilations: [1, 1], group: 1 } as const;

describe('GraphBuilder', () => {
  test('a mistake in shapes fails where the node is added, with both types', () => {
    const b = new GraphBuilder('g');
    const x = b.input('x', 'float32', [2, 3]);
    expect(() => b.node('MatMul', [x, x])).toThrow('MatMul of float32[2, 3] and float32[2, 3]');
    expect(() => b.node('Reshape', [x], { shape: [4] })).toThrow('Reshape of float32[2, 3] to [4]');
    expect(() => b.node('Add', [x, b.input('y', 'float32', [2])])).toThrow('[2, 3] and [2] do not broadcast');
    expect(() => b.node('Add', [x, b.input('i', 'int64', [2, 3])])).toThrow('differ in dtype');
    expect(() => b.node('Conv', [b.input('p', 'float32', [1, 3, 4, 4]), b.parameter('w', 'float32', [8, 4, 3, 3])], plainConv)).toThrow(
      'Conv of float32[1, 3, 4, 4] with float32[8, 4, 3, 3]',
    );
  });

  test('too few or too many inputs are refused', () => {
    const b = new GraphBuilder('g');
    const x = b.input('x', 'float32', [2]);
    expect(() => b.node('Add', [x])).toThrow('Add takes 2 to 2 inputs, 1 given');
    expect(() => b.node('Exp', [x, x])).toThrow('Exp takes 1 to 1 inputs, 2 given');
  });

  test('inputs and outputs are declared once', () => {
    const b = new GraphBuilder('g');
    const x = b.input('x', 'float32', [2]);
    expect(() => b.input('x', 'float32', [2])).toThrow('input x is declared twice in g');
    b.output('y', b.node('Exp', [x]));
    expect(() => b.output('y', x)).toThrow('output y is declared twice');
  });

  test('a weight asked for twice is one value, and cannot change its shape', () => {
    const b = new GraphBuilder('g');
    expect(b.parameter('w', 'float32', [2])).toBe(b.parameter('w', 'float32', [2]));
    expect(() => b.parameter('w', 'float32', [3])).toThrow('weight w is used as float32[2] and as float32[3]');
  });

  test('the same number is one constant', () => {
    const b = new GraphBuilder('g');
    expect(b.scalar(0.5)).toBe(b.scalar(0.5));
    expect(b.scalar(0.5)).not.toBe(b.scalar(2));
  });

  test('values are named after the scopes they are made in, also after an error inside one', () => {
    const b = new GraphBuilder('g');
    const x = b.input('x', 'float32', [2]);
    expect(b.scope('down', () => b.scope('conv', () => b.node('Exp', [x]))).name).toMatch(/^down\.conv\/Exp_/);
    expect(() => b.scope('broken', () => b.node('Add', [x]))).toThrow();
    expect(b.node('Exp', [x]).name).toMatch(/^Exp_/);
  });

  test('an input that leaves as it came, and a value that leaves twice, are copied: ONNX outputs have a node each', () => {
    const b = new GraphBuilder('g');
    const x = b.input('x', 'float32', [2]);
    const y = b.node('Exp', [x]);
    b.output('same', x);
    b.output('first', y);
    b.output('second', y);
    const { outputs, nodes } = b.build();
    expect(nodes.map(({ op }) => op)).toEqual(['Exp', 'Identity', 'Identity']);
    expect(new Set(outputs.map(({ value }) => value)).size).toBe(3);
  });

  test('shapes of broadcasting and reductions follow NumPy for any sizes', () => {
    const shapes = fc.array(fc.integer({ min: 1, max: 4 }), { maxLength: 4 });
    fc.assert(
      fc.property(shapes, fc.array(fc.boolean(), { minLength: 4, maxLength: 4 }), (shape, ones) => {
        const b = new GraphBuilder('g');
        const [x, y] = [
          b.input('x', 'float32', shape),
          b.input(
            'y',
            'float32',
            shape.map((size, axis) => (ones[axis] ? 1 : size)),
          ),
        ];
        expect(b.node('Mul', [x, y]).shape).toEqual(broadcastShapes(shape, y.shape));
        expect(b.node('Mul', [y, x]).shape).toEqual(shape);
        const axes = shape.flatMap((_, axis) => (ones[axis] ? [axis] : []));
        expect(b.node('ReduceSum', [x], { axes, keepDims: true }).shape).toEqual(y.shape);
        expect(elementCount(b.node('ReduceSum', [x], { axes, keepDims: false }).shape)).toBe(elementCount(y.shape));
      }),
    );
  });

  test('a transposed convolution undoes the size of the convolution for any window', () => {
    const small = fc.integer({ min: 1, max: 3 });
    fc.assert(
      fc.property(fc.integer({ min: 7, max: 12 }), small, small, small, fc.integer({ min: 0, max: 2 }), (size, kernel, stride, dilation, pad) => {
        const b = new GraphBuilder('g');
        const window = { strides: [stride, stride], pads: [pad, pad, pad, pad], dilations: [dilation, dilation], group: 1 } as const;
        const weight = b.parameter('w', 'float32', [2, 3, kernel, kernel]);
        const y = b.node('Conv', [b.input('x', 'float32', [1, 3, size, size]), weight], window);
        const left = (size + 2 * pad - dilation * (kernel - 1) - 1) % stride;
        expect(b.node('ConvTranspose', [y, weight], { ...window, outputPadding: [left, left] }).shape).toEqual([1, 3, size, size]);
      }),
    );
  });
});

/** y = exp(x w) + 1, with a branch that leads nowhere. */
function example(): { builder: GraphBuilder; y: Value } {
  const builder = new GraphBuilder('example');
  const x = builder.input('x', 'float32', [2, 3]);
  builder.node('Mul', [builder.input('unused', 'float32', [1]), builder.parameter('lost', 'float32', [1])]);
  const y = builder.node('Add', [builder.node('Exp', [builder.node('MatMul', [x, builder.parameter('w', 'float32', [3, 2])])]), builder.scalar(1)]);
  builder.output('y', y);
  return { builder, y };
}

test('a graph is printed one line a declaration, without what leads to no output', () => {
  expect(printGraph(example().builder.build())).toMatchInlineSnapshot(`
    "graph example
      input x: float32[2, 3]
      weight w: float32[3, 2]
      constant constant_3: float32[] = [1]
      MatMul_1: float32[2, 2] = MatMul(x, w)
      Exp_2: float32[2, 2] = Exp(MatMul_1)
      Add_4: float32[2, 2] = Add(Exp_2, constant_3)
      output y = Add_4"
  `);
});

test('attributes and several outputs are printed', () => {
  const b = new GraphBuilder('g');
  b.split('Split', [b.input('x', 'float32', [4])], { axis: 0, sizes: [1, 3] });
  expect(printNode(b.nodes[0]!)).toBe('Split_0: float32[1], Split_1: float32[3] = Split(x) {axis: 0, sizes: [1, 3]}');
});

test('building does not end the builder', () => {
  const { builder, y } = example();
  const first = builder.build();
  builder.output('z', builder.node('Neg', [y]));
  expect([first.nodes.length, builder.build().nodes.length]).toEqual([3, 4]);
});

describe('verifyGraph', () => {
  const graph = example().builder.build();
  const broken = (change: Partial<Graph>) => () => verifyGraph({ ...graph, ...change });

  test('accepts what the builder builds', () => expect(() => verifyGraph(graph)).not.toThrow());
  test('names a value that is used before it is made', () => expect(broken({ nodes: graph.nodes.toReversed() })).toThrow(/uses Exp_\d+ before it is made/));
  test('names an output that is never made', () => expect(broken({ nodes: graph.nodes.slice(0, 1) })).toThrow('output y is never made'));
  test('names a value declared twice', () => expect(broken({ inputs: [...graph.inputs, ...graph.inputs] })).toThrow('two values are called x'));
  test('finds a recorded shape that the op does not infer', () => {
    const [first, ...rest] = graph.nodes;
    expect(broken({ nodes: [{ ...first!, outputs: [{ ...first!.outputs[0]!, shape: [9] }] }, ...rest] })).toThrow('does not have the shape its op infers');
  });
  test('finds a constant that is not what its value says', () => {
    const [value] = graph.constants.keys();
    expect(broken({ constants: new Map([[value!, float32([2], [1, 1])]]) })).toThrow('is not float32[]');
  });
});

test('peak bytes count what lives at the same time, reshapes and feeds free', () => {
  const b = new GraphBuilder('g');
  const x = b.input('x', 'float32', [10]);
  const a = b.node('Exp', [x]);
  const reshaped = b.node('Reshape', [b.node('Neg', [a])], { shape: [2, 5] });
  const y = b.node('Sin', [reshaped]);
  b.output('y', b.node('Add', [y, reshaped]));
  expect(peakBytes(b.build())).toBe(3 * 40); // Neg, Sin and Add at the end
});
