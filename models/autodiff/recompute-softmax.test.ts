import { expect, test } from 'vitest';
import { GraphBuilder } from '../graph/graph-builder.ts';
import type { Graph, Value } from '../graph/graph.ts';
import { peakBytes } from '../graph/live-bytes.ts';
import { verifyGraph } from '../graph/verify-graph.ts';
import { TorchRandom } from '../tensor/random.ts';
import { elementCount } from '../tensor/shape.ts';
import { evaluateGraph } from '../testing/interpreter/evaluate-graph.ts';
import { appendGradients } from './differentiate.ts';
import { recomputeSoftmax } from './recompute-softmax.ts';

const weightsBytes = 2 * 24 * 24 * 4;

/** Three layers of self-attention [2 heads, 24 rows, 2] and the gradient of their sum of squares. */
function attentionGraph(masked: boolean): Graph {
  const b = new GraphBuilder('attention');
  const x = b.input('x', 'float32', [2, 24, 2]);
  const mask = b.input('mask', 'float32', [24, 24]);
  let rows: Value = x;
  for (let layer = 0; layer < 3; layer++) {
    const product = b.node('MatMul', [rows, b.node('Transpose', [b.node('Sin', [rows])], { perm: [0, 2, 1] })]);
    const scores = masked ? b.node('Add', [product, mask]) : product;
    rows = b.node('Add', [b.node('MatMul', [b.node('Softmax', [scores], { axis: 2 }), b.node('Cos', [rows])]), rows]);
  }
  const loss = b.node('ReduceMean', [b.node('Mul', [rows, rows])], { axes: [0, 1, 2], keepDims: false });
  b.output('gradient', appendGradients(b, new Map([[loss, b.scalar(1)]]), [x]).get(x)!);
  return b.build();
}

test.each([false, true])('the gradient is unchanged and holds one softmax at a time (masked: %s)', (masked) => {
  const graph = attentionGraph(masked);
  const lean = recomputeSoftmax(graph, 0);
  verifyGraph(lean);
  const values = new Map(
    graph.inputs.map(({ name, shape }, i) => [name, { shape, data: Float64Array.from(new TorchRandom(i + 1).normal(elementCount(shape))) }]),
  );
  expect(evaluateGraph(lean, values, 'float64').get('gradient')!.data).toEqual(evaluateGraph(graph, values, 'float64').get('gradient')!.data);
  expect(lean.nodes.filter(({ op }) => op === 'Softmax')).toHaveLength(6);
  expect(peakBytes(graph) - peakBytes(lean)).toBeGreaterThan(0.75 * 2 * weightsBytes);
});

test('small weights are held', () => {
  const graph = attentionGraph(false);
  expect(recomputeSoftmax(graph, weightsBytes + 1)).toBe(graph);
});
