import { describe, expect, test } from 'vitest';
import { GraphBuilder } from '../graph/graph-builder.ts';
import type { Value } from '../graph/graph.ts';
import type { ConvAttributes } from '../graph/ops/convolution.ts';
import { printGraph } from '../graph/print-graph.ts';
import { verifyGraph } from '../graph/verify-graph.ts';
import { float32 } from '../tensor/tensor.ts';
import { appendGradients } from './differentiate.ts';

/** Differentiates `output` with an input called `g` as its gradient, and prints what is left of the graph. */
function printGradients(builder: GraphBuilder, output: Value, wanted: readonly Value[]): string {
  const seed = builder.input('g', output.dtype, output.shape);
  appendGradients(builder, new Map([[output, seed]]), wanted).forEach((gradient, { name }) => builder.output(`d_${name}`, gradient));
  const graph = builder.build();
  verifyGraph(graph);
  return printGraph(graph);
}

const padded: ConvAttributes = { strides: [1, 1], pads: [1, 1, 1, 1], dilations: [1, 1], group: 1 };

describe('the backward graph is as lean as one written by hand', () => {
  test('of a linear layer with a frozen weight: one product', () => {
    const b = new GraphBuilder('linear');
    const x = b.input('x', 'float32', [2, 3]);
    const y = b.node('Gemm', [x, b.parameter('weight', 'float32', [4, 3]), b.parameter('bias', 'float32', [4])], {
      transA: false,
      transB: true,
      alpha: 1,
      beta: 1,
    });
    expect(printGradients(b, y, [x])).toMatchSnapshot();
  });

  test('of a LoRA linear layer: the narrow product again and four products', () => {
    const b = new GraphBuilder('lora');
    const plain = { transA: false, transB: true, alpha: 1, beta: 1 } as const;
    const x = b.input('x', 'float32', [6, 3]);
    const [down, up] = [b.input('down', 'float32', [2, 3]), b.input('up', 'float32', [4, 2])];
    const y = b.node('Gemm', [x, b.parameter('weight', 'float32', [4, 3])], plain);
    const sum = b.node('Gemm', [b.node('Gemm', [x, down], plain), up, y], { ...plain, alpha: 0.5 });
    expect(printGradients(b, sum, [x, down, up])).toMatchSnapshot();
  });

  test('of a resnet block: group norm, SiLU, convolution, residual', () => {
    const b = new GraphBuilder('resnet');
    const x = b.input('x', 'float32', [1, 4, 3, 3]);
    const [one, zero] = [b.constant(float32([2], [1, 1])), b.constant(float32([2], [0, 0]))];
    const grouped = b.node('InstanceNormalization', [b.node('Reshape', [x], { shape: [1, 2, 18] }), one, zero], { epsilon: 1e-5 });
    const scaled = b.node('Mul', [b.node('Reshape', [grouped], { shape: [1, 4, 3, 3] }), b.parameter('scale', 'float32', [4, 1, 1])]);
    const active = b.node('QuickGelu', [b.node('Add', [scaled, b.parameter('shift', 'float32', [4, 1, 1])])], { alpha: 1 });
    const y = b.node('Add', [b.node('Conv', [active, b.parameter('weight', 'float32', [4, 4, 3, 3])], padded), x]);
    expect(printGradients(b, y, [x])).toMatchSnapshot();
  });

  test('of attention: no transpose of the weights [queries, keys] and none of a transpose', () => {
    const b = new GraphBuilder('attention');
    const rows = (name: string): Value => b.input(name, 'float32', [5, 4]);
    const heads = (x: Value, perm: readonly number[]): Value => b.node('Transpose', [b.node('Reshape', [x], { shape: [1, 5, 2, 2] })], { perm });
    const [query, key, value] = [rows('query'), rows('key'), rows('value')];
    const scores = b.node('MatMul', [heads(query, [0, 2, 1, 3]), heads(key, [0, 2, 3, 1])]);
    const attended = b.node('MatMul', [b.node('Softmax', [scores], { axis: 3 }), heads(value, [0, 2, 1, 3])]);
    const y = b.node('Reshape', [b.node('Transpose', [attended], { perm: [0, 2, 1, 3] })], { shape: [5, 4] });
    expect(printGradients(b, y, [query, key, value])).toMatchSnapshot();
  });
});

test('a value used twice gets the sum of both gradients', () => {
  const b = new GraphBuilder('twice');
  const x = b.input('x', 'float32', [2]);
  expect(printGradients(b, b.node('Add', [b.node('Exp', [x]), b.node('Neg', [x])]), [x])).toMatchSnapshot();
});

test('branches that no seed depends on, and paths to values not wanted, add no node', () => {
  const b = new GraphBuilder('branches');
  const [x, other] = [b.input('x', 'float32', [2]), b.input('other', 'float32', [2])];
  b.node('Sin', [x]);
  const y = b.node('Mul', [x, b.node('Exp', [other])]);
  const before = b.nodes.length;
  const seed = b.input('g', 'float32', [2]);
  appendGradients(b, new Map([[y, seed]]), [x]);
  expect(b.nodes.length - before).toBe(1);
});

test('the gradient of an intermediate value can be asked for together with that of its source', () => {
  const b = new GraphBuilder('intermediate');
  const x = b.input('x', 'float32', [2]);
  const middle = b.node('Exp', [x]);
  const y = b.node('Sin', [middle]);
  const gradients = appendGradients(b, new Map([[y, b.input('g', 'float32', [2])]]), [x, middle]);
  expect(b.producerOf(gradients.get(x)!)?.inputs).toEqual([gradients.get(middle), middle]);
});

test('gradients are printed under the scope of the block they belong to', () => {
  const b = new GraphBuilder('scopes');
  const x = b.input('x', 'float32', [2]);
  const y = b.scope('down.0', () => b.node('Exp', [x]));
  const gradient = appendGradients(b, new Map([[y, b.input('g', 'float32', [2])]]), [x]).get(x);
  expect(gradient?.name).toMatch(/^gradient\.down\.0\/Mul_/);
});

test('an op without a gradient on the path is named, and what to build instead', () => {
  const b = new GraphBuilder('fused');
  const x = b.input('x', 'float32', [1, 2, 4]);
  const y = b.node('MultiHeadAttention', [x, x, x], { numHeads: 2, scale: 1 });
  const seeds = new Map([[y, b.input('g', 'float32', [1, 2, 4])]]);
  const differentiate = () => appendGradients(b, seeds, [x]);
  expect(differentiate).toThrow(expect.objectContaining({ code: 'op-unsupported', help: expect.stringContaining('Softmax') as string }));
  expect(differentiate).toThrow('no gradient of MultiHeadAttention');
});

test('an op without a gradient beside the path is no hindrance', () => {
  const b = new GraphBuilder('gather');
  const table = b.parameter('table', 'float32', [3, 2]);
  const rows = b.node('Gather', [table, b.input('ids', 'int64', [2])], { axis: 0 });
  const x = b.input('x', 'float32', [2, 2]);
  expect(printGradients(b, b.node('Mul', [rows, x]), [x])).toContain('d_x');
});

test('a wanted value that no seed depends on is an error naming it', () => {
  const b = new GraphBuilder('unused');
  const [x, idle] = [b.input('x', 'float32', [2]), b.input('idle', 'float32', [2])];
  const y = b.node('Exp', [x]);
  expect(() => appendGradients(b, new Map([[y, b.input('g', 'float32', [2])]]), [x, idle])).toThrow('no seed depends on idle');
});

test('a seed of another shape is refused', () => {
  const b = new GraphBuilder('seed');
  const x = b.input('x', 'float32', [2]);
  expect(() => appendGradients(b, new Map([[b.node('Exp', [x]), b.input('g', 'float32', [3])]]), [x])).toThrow(
    'seed float32[3] for Exp_0, which is float32[2]',
  );
});

test('statistics of a layer norm have no gradient rule, and say so', () => {
  const b = new GraphBuilder('statistics');
  const x = b.input('x', 'float32', [2, 3]);
  const [, mean] = b.split('LayerNormalization', [x, b.parameter('scale', 'float32', [3]), b.parameter('bias', 'float32', [3])], { epsilon: 1e-5 });
  expect(() => appendGradients(b, new Map([[mean!, b.input('g', 'float32', [2, 1])]]), [x])).toThrow('through its mean');
});
