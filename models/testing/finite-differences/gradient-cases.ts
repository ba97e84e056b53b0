/** @file Cases for every op: an op without an entry does not compile. Sizes are odd and distinct where that can catch a mistake. */
import type { GraphBuilder } from '../../graph/graph-builder.ts';
import type { Value } from '../../graph/graph.ts';
import type { ConvAttributes } from '../../graph/ops/convolution.ts';
import type { OpName } from '../../graph/ops/index.ts';
import { float32 } from '../../tensor/tensor.ts';
import type { Shape } from '../../tensor/shape.ts';
import { gradientCase, type Domain, type GradientCase } from './gradient-case.ts';

type Unary = 'Identity' | 'Neg' | 'Abs' | 'Exp' | 'Log' | 'Sqrt' | 'Reciprocal' | 'Sin' | 'Cos' | 'Tanh' | 'Sigmoid' | 'Erf' | 'Relu' | 'Floor' | 'Gelu';
type Binary = 'Add' | 'Sub' | 'Mul' | 'Div' | 'Max' | 'Min';
type Comparison = 'Greater' | 'GreaterOrEqual' | 'Less' | 'LessOrEqual';

const unary = (op: Unary, domain: Domain = 'normal') => [gradientCase(`${op}`, { x: { shape: [3, 5], domain } }, (b, { x }) => b.node(op, [x]))];

const broadcasts: readonly (readonly [Shape, Shape])[] = [
  [
    [2, 3],
    [2, 3],
  ],
  [[2, 3, 4], [4]],
  [
    [3, 1],
    [2, 1, 5],
  ],
  [[], [2, 3]],
  [
    [2, 1, 3],
    [1, 1],
  ],
];
const binary = (op: Binary, domain: Domain = 'normal') => [
  ...broadcasts.map(([a, b]) =>
    gradientCase(`${op} of [${a.join()}] and [${b.join()}]`, { a: { shape: a, domain }, b: { shape: b, domain } }, (builder, v) =>
      builder.node(op, [v.a, v.b]),
    ),
  ),
  gradientCase(`${op} of a value and itself`, { a: { shape: [2, 3], domain } }, (b, { a }) => b.node(op, [a, a])),
];
const comparison = (op: Comparison) => [
  gradientCase(op, { a: [2, 3], b: [3] }, (b, { a, b: other }) => b.node('Cast', [b.node(op, [a, other])], { to: 'float32' })),
];

const convDefaults: ConvAttributes = { strides: [1, 1], pads: [0, 0, 0, 0], dilations: [1, 1], group: 1 };
const conv = (name: string, x: Shape, weight: Shape, attributes: Partial<ConvAttributes> = {}) =>
  gradientCase(`Conv ${name}`, { x, weight, bias: [weight[0]!] }, (b, v) => b.node('Conv', [v.x, v.weight, v.bias], { ...convDefaults, ...attributes }));
const convTranspose = (name: string, x: Shape, weight: Shape, attributes: Partial<ConvAttributes> & { outputPadding?: readonly [number, number] } = {}) =>
  gradientCase(`ConvTranspose ${name}`, { x, weight, bias: [weight[1]! * (attributes.group ?? 1)] }, (b, v) =>
    b.node('ConvTranspose', [v.x, v.weight, v.bias], { ...convDefaults, outputPadding: [0, 0], ...attributes }),
  );

const gemm = [false, true].flatMap((transA) =>
  [false, true].map((transB) =>
    gradientCase(`Gemm transA ${transA}, transB ${transB}`, { a: transA ? [3, 2] : [2, 3], b: transB ? [4, 3] : [3, 4], c: transA ? [4] : [2, 1] }, (b, v) =>
      b.node('Gemm', [v.a, v.b, v.c], { transA, transB, alpha: 0.75, beta: 1.5 }),
    ),
  ),
);

const reductions = (op: 'ReduceSum' | 'ReduceMean' | 'ReduceMax') =>
  (
    [
      [[1], true],
      [[0, 2], false],
      [[-1], false],
      [[0, 1, 2], false],
    ] as const
  ).map(([axes, keepDims]) =>
    gradientCase(`${op} over ${axes.join()}, ${keepDims ? 'kept' : 'dropped'}`, { x: [2, 3, 4] }, (b, { x }) => b.node(op, [x], { axes, keepDims })),
  );

const averagePool = (
  name: string,
  x: Shape,
  kernel: readonly [number, number],
  strides: readonly [number, number],
  pads: readonly [number, number, number, number],
) => gradientCase(`AveragePool ${name}`, { x }, (b, v) => b.node('AveragePool', [v.x], { kernel, strides, pads }));

/** A value that rules do not know to be a constant of ones. */
const onesAndZeros = (b: GraphBuilder, width: number): [Value, Value] => [
  b.constant(float32([width], new Float32Array(width).fill(1))),
  b.constant(float32([width], new Float32Array(width))),
];

export const gradientCases: { readonly [Op in OpName]: readonly GradientCase[] } = {
  Identity: unary('Identity'),
  Neg: unary('Neg'),
  Abs: unary('Abs'),
  Exp: unary('Exp'),
  Log: unary('Log', 'positive'),
  Sqrt: unary('Sqrt', 'positive'),
  Reciprocal: unary('Reciprocal', 'positive'),
  Sin: unary('Sin'),
  Cos: unary('Cos'),
  Tanh: unary('Tanh'),
  Sigmoid: unary('Sigmoid'),
  Erf: unary('Erf'),
  Relu: unary('Relu'),
  Floor: unary('Floor'),
  Gelu: unary('Gelu'),
  QuickGelu: [1, 1.702].map((alpha) => gradientCase(`QuickGelu alpha ${alpha}`, { x: [3, 5] }, (b, { x }) => b.node('QuickGelu', [x], { alpha }))),

  Add: binary('Add'),
  Sub: binary('Sub'),
  Mul: [...binary('Mul'), gradientCase('Mul of a value by itself', { x: [2, 3] }, (b, { x }) => b.node('Mul', [x, x]))],
  Div: binary('Div', 'positive'),
  // Of a value and itself is a tie everywhere: there the slope of max(a, a) is 1 however the tie is shared.
  Max: binary('Max'),
  Min: binary('Min'),
  Greater: comparison('Greater'),
  GreaterOrEqual: comparison('GreaterOrEqual'),
  Less: comparison('Less'),
  LessOrEqual: comparison('LessOrEqual'),
  Where: [
    gradientCase('Where with broadcasting', { condition: { shape: [3, 1], dtype: 'bool', domain: { below: 2 } }, a: [2, 3, 4], b: [4] }, (b, v) =>
      b.node('Where', [v.condition, v.a, v.b]),
    ),
  ],
  Cast: [gradientCase('Cast to the same dtype', { x: [2, 3] }, (b, { x }) => b.node('Cast', [x], { to: 'float32' }))],
  Clip: [gradientCase('Clip', { x: [4, 5] }, (b, { x }) => b.node('Clip', [x], { min: -0.5, max: 0.75 }))],
  PRelu: [gradientCase('PRelu, slope per channel', { x: [2, 3, 2, 2], slope: [3, 1, 1] }, (b, { x, slope }) => b.node('PRelu', [x, slope]))],

  MatMul: [
    gradientCase('MatMul of matrices', { a: [2, 3], b: [3, 4] }, (b, v) => b.node('MatMul', [v.a, v.b])),
    gradientCase('MatMul by a shared matrix', { a: [2, 5, 3], b: [3, 4] }, (b, v) => b.node('MatMul', [v.a, v.b])),
    gradientCase('MatMul by a transposed weight', { a: [2, 5, 3], weight: [4, 3] }, (b, v) =>
      b.node('MatMul', [v.a, b.node('Transpose', [v.weight], { perm: [1, 0] })]),
    ),
    gradientCase('MatMul batched', { a: [2, 3, 4, 5], b: [2, 3, 5, 2] }, (b, v) => b.node('MatMul', [v.a, v.b])),
    gradientCase('MatMul with broadcast batch', { a: [2, 1, 4, 5], b: [3, 5, 2] }, (b, v) => b.node('MatMul', [v.a, v.b])),
    gradientCase('MatMul of a matrix by a batch', { a: [4, 5], b: [3, 5, 2] }, (b, v) => b.node('MatMul', [v.a, v.b])),
    gradientCase('MatMul of wide attention weights', { a: [2, 7, 8], b: [2, 8, 1] }, (b, v) => b.node('MatMul', [v.a, v.b])),
  ],
  Gemm: [
    ...gemm,
    gradientCase('Gemm thrice from the same rows, as query, key and value', { x: [2, 3], q: [4, 3], k: [4, 3], v: [3, 4] }, (b, { x, q, k, v }) => {
      const plain = { transA: false, alpha: 1, beta: 1 } as const;
      return [
        b.node('Gemm', [x, q], { ...plain, transB: true }),
        b.node('Gemm', [x, k], { ...plain, transB: true, alpha: 0.5 }),
        b.node('Gemm', [x, v], { ...plain, transB: false }),
      ];
    }),
    gradientCase('Gemm with itself as bias', { x: [3, 3] }, (b, { x }) => b.node('Gemm', [x, x, x], { transA: true, transB: false, alpha: 1, beta: 2 })),
  ],
  MultiHeadAttention: [
    gradientCase('MultiHeadAttention', { q: [1, 3, 4], k: [1, 2, 4], v: [1, 2, 4] }, (b, { q, k, v }) =>
      b.node('MultiHeadAttention', [q, k, v], { numHeads: 2, scale: 0.7 }),
    ),
  ],

  Conv: [
    conv('3x3, padded', [2, 3, 5, 4], [4, 3, 3, 3], { pads: [1, 1, 1, 1] }),
    conv('3x3, one picture', [1, 2, 4, 5], [3, 2, 3, 3], { pads: [1, 1, 1, 1] }),
    conv('3x3, stride 2 over an even size', [1, 2, 6, 4], [3, 2, 3, 3], { pads: [1, 1, 1, 1], strides: [2, 2] }),
    conv('3x3, stride 2 over an odd size', [2, 2, 5, 7], [3, 2, 3, 3], { pads: [1, 1, 1, 1], strides: [2, 2] }),
    conv('3x3, stride 2, padded below and right', [1, 2, 6, 6], [2, 2, 3, 3], { pads: [0, 0, 1, 1], strides: [2, 2] }),
    conv('2x3, strides 3 and 2, rows left over', [1, 2, 9, 8], [2, 2, 2, 3], { strides: [3, 2] }),
    conv('3x2, dilated, strided', [2, 2, 9, 8], [2, 2, 3, 2], { dilations: [2, 3], strides: [2, 1], pads: [1, 0, 2, 1] }),
    conv('3x3, not padded', [2, 2, 5, 4], [3, 2, 3, 3]),
    conv('2x3, padded beyond the kernel and on one side', [2, 2, 4, 5], [3, 2, 2, 3], { pads: [3, 0, 1, 4] }),
    conv('3x2, dilated', [2, 2, 7, 6], [3, 2, 3, 2], { dilations: [2, 3], pads: [1, 0, 2, 1] }),
    conv('grouped', [2, 4, 5, 5], [6, 2, 3, 3], { group: 2, pads: [1, 1, 1, 1], strides: [2, 2] }),
    conv('depthwise', [1, 3, 4, 4], [3, 1, 3, 3], { group: 3, pads: [1, 1, 1, 1] }),
    conv('1x1', [2, 3, 2, 4], [5, 3, 1, 1]),
    conv('1x1, one picture', [1, 3, 2, 4], [5, 3, 1, 1]),
    conv('1x1, stride 2', [1, 3, 5, 4], [2, 3, 1, 1], { strides: [2, 2] }),
  ],
  ConvTranspose: [
    convTranspose('3x3, padded', [2, 3, 4, 3], [3, 2, 3, 3], { pads: [1, 1, 1, 1] }),
    convTranspose('3x3, stride 2, output padding', [1, 2, 3, 3], [2, 4, 3, 3], { pads: [1, 1, 1, 1], strides: [2, 2], outputPadding: [1, 0] }),
    convTranspose('grouped, dilated', [2, 4, 3, 4], [4, 3, 2, 3], { group: 2, dilations: [2, 1], strides: [1, 2], pads: [1, 0, 0, 1] }),
    convTranspose('1x1', [2, 3, 2, 2], [3, 4, 1, 1]),
  ],
  MaxPool: [gradientCase('MaxPool', { x: [1, 1, 4, 4] }, (b, { x }) => b.node('MaxPool', [x], { kernel: [2, 2], strides: [2, 2], pads: [0, 0, 0, 0] }))],
  AveragePool: [
    averagePool('that tiles', [2, 2, 4, 6], [2, 3], [2, 3], [0, 0, 0, 0]),
    averagePool('that overlaps and pads', [1, 2, 5, 4], [3, 3], [2, 1], [1, 1, 1, 1]),
    averagePool('that leaves rows over', [1, 2, 5, 7], [2, 2], [2, 3], [0, 0, 0, 0]),
  ],

  Softmax: [
    ...[-1, 1].map((axis) => gradientCase(`Softmax along ${axis}`, { x: [2, 3, 4] }, (b, { x }) => b.node('Softmax', [x], { axis }))),
    gradientCase('Softmax as attention weights', { x: [2, 3, 5], v: [2, 5, 2] }, (b, { x, v }) => b.node('MatMul', [b.node('Softmax', [x], { axis: 2 }), v])),
    gradientCase('Softmax as attention weights of wide values', { x: [2, 3, 2], v: [2, 2, 5] }, (b, { x, v }) =>
      b.node('MatMul', [b.node('Softmax', [x], { axis: 2 }), v]),
    ),
    gradientCase('Softmax as attention weights, shared by heads', { x: [1, 3, 5], v: [2, 5, 2] }, (b, { x, v }) =>
      b.node('MatMul', [b.node('Softmax', [x], { axis: 2 }), v]),
    ),
    gradientCase('Softmax as attention weights that leave the graph too', { x: [2, 3, 5], v: [2, 5, 2] }, (b, { x, v }) => {
      const weights = b.node('Softmax', [x], { axis: 2 });
      return [weights, b.node('MatMul', [weights, v]), b.node('MatMul', [weights, b.node('Sin', [v])])];
    }),
    gradientCase('Softmax across rows as attention weights', { x: [2, 3, 5], v: [2, 5, 2] }, (b, { x, v }) =>
      b.node('MatMul', [b.node('Softmax', [x], { axis: 1 }), v]),
    ),
  ],
  InstanceNormalization: [
    gradientCase('InstanceNormalization with scale and bias', { x: [2, 3, 4, 3], scale: [3], bias: [3] }, (b, { x, scale, bias }) =>
      b.node('InstanceNormalization', [x, scale, bias], { epsilon: 1e-2 }),
    ),
    gradientCase('InstanceNormalization, plain', { x: [2, 3, 7] }, (b, { x }) =>
      b.node('InstanceNormalization', [x, ...onesAndZeros(b, 3)], { epsilon: 1e-5 }),
    ),
  ],
  LayerNormalization: [
    gradientCase('LayerNormalization with scale and bias', { x: [2, 3, 5], scale: [5], bias: [5] }, (b, { x, scale, bias }) =>
      b.node('LayerNormalization', [x, scale, bias], { epsilon: 1e-2 }),
    ),
    gradientCase('LayerNormalization, plain', { x: [2, 7] }, (b, { x }) => b.node('LayerNormalization', [x, ...onesAndZeros(b, 7)], { epsilon: 1e-5 })),
  ],

  ReduceSum: reductions('ReduceSum'),
  ReduceMean: reductions('ReduceMean'),
  ReduceMax: reductions('ReduceMax'),

  Reshape: [gradientCase('Reshape twice', { x: [2, 6] }, (b, { x }) => b.node('Reshape', [b.node('Reshape', [x], { shape: [3, 4] })], { shape: [12] }))],
  Transpose: [
    gradientCase('Transpose', { x: [2, 3, 4] }, (b, { x }) => b.node('Transpose', [x], { perm: [2, 0, 1] })),
    gradientCase('Transpose of an axis of size 1', { x: [2, 1, 4] }, (b, { x }) => b.node('Transpose', [x], { perm: [1, 0, 2] })),
  ],
  Expand: [gradientCase('Expand', { x: [3, 1] }, (b, { x }) => b.node('Expand', [x], { shape: [2, 3, 4] }))],
  Slice: [gradientCase('Slice', { x: [4, 5, 3] }, (b, { x }) => b.node('Slice', [x], { axes: [1, 0], starts: [1, 2], ends: [4, 4], steps: [1, 1] }))],
  Concat: [
    gradientCase('Concat', { a: [2, 3], b: [2, 1], c: [2, 4] }, (b, v) => b.node('Concat', [v.a, v.b, v.c], { axis: -1 })),
    gradientCase('Concat of a value twice', { a: [2, 3] }, (b, { a }) => b.node('Concat', [a, a], { axis: 0 })),
  ],
  Split: [
    gradientCase('Split', { x: [2, 6] }, (b, { x }) => b.split('Split', [x], { axis: 1, sizes: [1, 2, 3] })),
    gradientCase('Split with an unused piece', { x: [2, 6] }, (b, { x }) => b.split('Split', [x], { axis: 1, sizes: [1, 2, 3] })[1]!),
  ],
  Pad: [gradientCase('Pad', { x: [2, 3] }, (b, { x }) => b.node('Pad', [x], { pads: [1, 0, 0, 2], value: 0.5 }))],
  Gather: [
    gradientCase('Gather', { data: [4, 3], indices: { shape: [2], dtype: 'int64', domain: { below: 4 } } }, (b, v) =>
      b.node('Gather', [v.data, v.indices], { axis: 0 }),
    ),
  ],
  Resize: [gradientCase('Resize nearest', { x: [2, 2, 3, 2] }, (b, { x }) => b.node('Resize', [x], { scales: [2, 3], mode: 'nearest' }))],
};
