import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { GraphBuilder } from '#models/graph/graph-builder.ts';
import { ops } from '#models/graph/ops/index.ts';
import { buildOpCases, largestDifference, type EncodedOpCase } from '#models/testing/op-cases.ts';
import { describeGraphRunner } from '#models/testing/graph-runner-contract.ts';
import { createNodeRunner } from './ort-node-runner.ts';

const golden = JSON.parse(readFileSync(new URL('../../models/testing/golden/ops.json', import.meta.url), 'utf8')) as EncodedOpCase[];
const cases = buildOpCases(golden);
const runner = createNodeRunner({ threads: 1 });

test('every op of the registry has a case', () => {
  expect(Object.keys(ops).filter((op) => !cases.some((known) => known.op === op))).toEqual([]);
});

test.each(cases)('$name equals PyTorch', async ({ graph, feeds, expected }) => {
  const compiled = await runner.compile(graph, []);
  const results = await compiled.run(feeds);
  expected.forEach((output, i) => {
    const result = results[`y${i}`]!;
    expect([result.dtype, result.shape]).toEqual([output.dtype, output.shape]);
    expect(largestDifference(result, output)).toBeLessThan(2e-5);
  });
  await compiled.dispose();
});

describeGraphRunner('onnxruntime-node on the CPU, weights as inputs', () => createNodeRunner({ threads: 1, weightBinding: 'inputs' }));
describeGraphRunner('onnxruntime-node on the CPU, weights as initializers', () => createNodeRunner({ threads: 1, weightBinding: 'initializers' }));

test.each(cases.filter(({ op }) => op === 'ConvTranspose'))(
  '$name by a frozen weight is the same, run as a plain convolution',
  async ({ graph, feeds, expected }) => {
    const [node] = graph.nodes;
    const builder = new GraphBuilder('frozen');
    const inputs = node!.inputs.map((value, i) =>
      i === 0 ? builder.input('x0', value.dtype, value.shape) : builder.parameter(`x${i}`, value.dtype, value.shape),
    );
    builder.output('y0', builder.rawNode(node!.op, inputs, node!.attributes)[0]!);
    const weights = await runner.upload(new Map(Object.entries(feeds)));
    const compiled = await runner.compile(builder.build(), [weights], 'initializers');
    expect(largestDifference((await compiled.run({ x0: feeds['x0']! }))['y0']!, expected[0]!)).toBeLessThan(2e-5);
  },
);

test('attention spelled out equals the fused kernel and PyTorch', async () => {
  const spelledOut = createNodeRunner({ threads: 1, fusedAttention: false });
  const { graph, feeds, expected } = cases.find(({ op }) => op === 'MultiHeadAttention')!;
  const compiled = await spelledOut.compile(graph, []);
  expect(largestDifference((await compiled.run(feeds))['y0']!, expected[0]!)).toBeLessThan(2e-5);
});
