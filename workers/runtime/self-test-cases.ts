/** @file Operators known to go wrong on some adapters, with numbers worked out here in plain loops. */
import type { Graph } from '#models/graph/graph.ts';
import { GraphBuilder } from '#models/graph/graph-builder.ts';
import { fromHalfBits, toHalfBits } from '#models/tensor/float16.ts';
import { elementCount } from '#models/tensor/shape.ts';
import { float32, type Tensor } from '#models/tensor/tensor.ts';

export interface SelfTestCase {
  readonly name: string;
  readonly graph: Graph;
  readonly feeds: Readonly<Record<string, Tensor>>;
  readonly expected: Readonly<Record<string, ArrayLike<number>>>;
  readonly needsShaderF16?: boolean;
}

/** Numbers in [-1, 1), the same on every machine. */
function sample(shape: readonly number[], seed: number): Tensor<'float32'> {
  let state = seed;
  const next = (): number => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 31 - 1;
  };
  return float32(shape, Array.from({ length: elementCount(shape) }, next));
}

const mean = (values: ArrayLike<number>): number => Array.from(values).reduce((sum, value) => sum + value, 0) / values.length;

/** 1 / standard deviation, as every normalisation here uses it. */
function inverseDeviation(values: ArrayLike<number>, epsilon: number): number {
  const centre = mean(values);
  return 1 / Math.sqrt(mean(Array.from(values, (value) => (value - centre) ** 2)) + epsilon);
}

/** Fused attention over 40 queries: wrong from 32 queries up where subgroups have 4 lanes (onnxruntime 1.30, error 0.2). */
export function attentionCase(): SelfTestCase {
  const [queries, keys, heads, headSize] = [40, 21, 2, 16];
  const [q, k, v] = [sample([1, queries, heads * headSize], 1), sample([1, keys, heads * headSize], 2), sample([1, keys, heads * headSize], 3)];
  const builder = new GraphBuilder('self-test attention');
  const inputs = Object.entries({ q, k, v }).map(([name, { shape }]) => builder.input(name, 'float32', shape));
  builder.output('y', builder.node('MultiHeadAttention', inputs, { numHeads: heads, scale: 0.25 }));
  const y = new Float32Array(queries * heads * headSize);
  const at = (tensor: Tensor<'float32'>, row: number, column: number): number => tensor.data[row * heads * headSize + column]!;
  for (let head = 0; head < heads; head++) {
    const columns = Array.from({ length: headSize }, (_, i) => head * headSize + i);
    for (let query = 0; query < queries; query++) {
      const weights = Array.from({ length: keys }, (_, key) =>
        Math.exp(0.25 * columns.reduce((sum, column) => sum + at(q, query, column) * at(k, key, column), 0)),
      );
      const total = weights.reduce((sum, weight) => sum + weight, 0);
      for (const column of columns) y[query * heads * headSize + column] = weights.reduce((sum, weight, key) => sum + weight * at(v, key, column), 0) / total;
    }
  }
  return { name: 'fused attention', graph: builder.build(), feeds: { q, k, v }, expected: { y } };
}

function transposedConvolutionCase(): SelfTestCase {
  const [channelsIn, channelsOut, size, kernel, stride, pad] = [5, 6, 7, 3, 2, 1];
  const outputSize = (size - 1) * stride - 2 * pad + kernel + 1;
  const x = sample([1, channelsIn, size, size], 4);
  const w = sample([channelsIn, channelsOut, kernel, kernel], 5);
  const builder = new GraphBuilder('self-test transposed convolution');
  const inputs = [builder.input('x', 'float32', x.shape), builder.input('w', 'float32', w.shape)];
  const window = { strides: [stride, stride], pads: [pad, pad, pad, pad], dilations: [1, 1], group: 1, outputPadding: [1, 1] } as const;
  builder.output('y', builder.node('ConvTranspose', inputs, window));
  const y = new Float32Array(channelsOut * outputSize * outputSize);
  for (let i = 0; i < x.data.length; i++) {
    const [channel, row, column] = [Math.floor(i / size ** 2), Math.floor(i / size) % size, i % size];
    for (let out = 0; out < channelsOut; out++) {
      for (let dy = 0; dy < kernel; dy++) {
        for (let dx = 0; dx < kernel; dx++) {
          const [toRow, toColumn] = [row * stride - pad + dy, column * stride - pad + dx];
          if (toRow < 0 || toColumn < 0 || toRow >= outputSize || toColumn >= outputSize) continue;
          y[(out * outputSize + toRow) * outputSize + toColumn]! += x.data[i]! * w.data[((channel * channelsOut + out) * kernel + dy) * kernel + dx]!;
        }
      }
    }
  }
  return { name: 'transposed convolution', graph: builder.build(), feeds: { x, w }, expected: { y } };
}

function instanceNormalizationCase(): SelfTestCase {
  const [groups, size] = [4, 96];
  const x = sample([1, groups, size], 6);
  const builder = new GraphBuilder('self-test instance normalisation');
  const [ones, zeros] = [builder.constant(float32([groups], [1, 1, 1, 1])), builder.constant(float32([groups], [0, 0, 0, 0]))];
  builder.output('y', builder.node('InstanceNormalization', [builder.input('x', 'float32', x.shape), ones, zeros], { epsilon: 1e-5 }));
  const rows = Array.from({ length: groups }, (_, group) => x.data.subarray(group * size, (group + 1) * size));
  const y = rows.flatMap((row) => Array.from(row, (value) => (value - mean(row)) * inverseDeviation(row, 1e-5)));
  return { name: 'instance normalisation', graph: builder.build(), feeds: { x }, expected: { y } };
}

function layerNormalizationCase(): SelfTestCase {
  const [length, width] = [5, 72];
  const [x, scale, bias] = [sample([1, length, width], 7), sample([width], 8), sample([width], 9)];
  const builder = new GraphBuilder('self-test layer normalisation');
  const inputs = Object.entries({ x, scale, bias }).map(([name, { shape }]) => builder.input(name, 'float32', shape));
  const outputs = builder.split('LayerNormalization', inputs, { epsilon: 1e-5 });
  ['y', 'mean', 'inverse'].forEach((name, i) => builder.output(name, outputs[i]!));
  const rows = Array.from({ length }, (_, row) => x.data.subarray(row * width, (row + 1) * width));
  const y = rows.flatMap((row) => Array.from(row, (value, i) => (value - mean(row)) * inverseDeviation(row, 1e-5) * scale.data[i]! + bias.data[i]!));
  return {
    name: 'layer normalisation',
    graph: builder.build(),
    feeds: { x, scale, bias },
    expected: { y, mean: rows.map(mean), inverse: rows.map((row) => inverseDeviation(row, 1e-5)) },
  };
}

function softmaxCase(): SelfTestCase {
  const [rows, width] = [3, 77];
  const x = sample([rows, width], 10);
  const builder = new GraphBuilder('self-test softmax');
  builder.output('y', builder.node('Softmax', [builder.input('x', 'float32', x.shape)], { axis: -1 }));
  const y = Array.from({ length: rows }, (_, row) => Array.from(x.data.subarray(row * width, (row + 1) * width), Math.exp)).flatMap((row) => {
    const total = mean(row) * width;
    return row.map((value) => value / total);
  });
  return { name: 'softmax', graph: builder.build(), feeds: { x }, expected: { y } };
}

function resizeCase(): SelfTestCase {
  const [channels, size] = [3, 5];
  const x = sample([1, channels, size, size], 11);
  const builder = new GraphBuilder('self-test resize');
  builder.output('y', builder.node('Resize', [builder.input('x', 'float32', x.shape)], { scales: [2, 2], mode: 'nearest' }));
  const y = Array.from({ length: channels * (2 * size) ** 2 }, (_, i) => {
    const [channel, row, column] = [Math.floor(i / (2 * size) ** 2), Math.floor(i / (2 * size)) % (2 * size), i % (2 * size)];
    return x.data[(channel * size + (row >> 1)) * size + (column >> 1)]!;
  });
  return { name: 'resize', graph: builder.build(), feeds: { x }, expected: { y } };
}

function productCase(): SelfTestCase {
  const [rows, inner, columns] = [37, 65, 50];
  const [a, b] = [sample([rows, inner], 12), sample([columns, inner], 13)];
  const builder = new GraphBuilder('self-test product');
  const inputs = [builder.input('a', 'float32', a.shape), builder.input('b', 'float32', b.shape)];
  builder.output('y', builder.node('Gemm', inputs, { transA: false, transB: true, alpha: 1, beta: 1 }));
  const y = Array.from({ length: rows * columns }, (_, i) => {
    const [row, column] = [Math.floor(i / columns), i % columns];
    let sum = 0;
    for (let k = 0; k < inner; k++) sum += a.data[row * inner + k]! * b.data[column * inner + k]!;
    return sum;
  });
  return { name: 'matrix product', graph: builder.build(), feeds: { a, b }, expected: { y } };
}

function halfPrecisionCase(): SelfTestCase {
  const x = sample([64], 14);
  const builder = new GraphBuilder('self-test half precision');
  const half = builder.node('Cast', [builder.input('x', 'float32', x.shape)], { to: 'float16' });
  builder.output('y', builder.node('Cast', [half], { to: 'float32' }));
  return {
    name: 'half precision',
    graph: builder.build(),
    feeds: { x },
    expected: { y: Array.from(x.data, (value) => fromHalfBits(toHalfBits(value))) },
    needsShaderF16: true,
  };
}

/** Every case but attention, which has fallbacks of its own. */
export function operatorCases(): SelfTestCase[] {
  return [productCase(), transposedConvolutionCase(), instanceNormalizationCase(), layerNormalizationCase(), softmaxCase(), resizeCase(), halfPrecisionCase()];
}
