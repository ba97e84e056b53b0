import { expect, test } from 'vitest';
import { GraphBuilder } from '#models/graph/graph-builder.ts';
import { float32 } from '#models/tensor/tensor.ts';
import { createNodeRunner } from './ort-node-runner.ts';

test.each(['inputs', 'initializers'] as const)('a linear layer with weights as %s gives the product', async (binding) => {
  const builder = new GraphBuilder('linear');
  const x = builder.input('x', 'float32', [1, 2]);
  const weight = builder.parameter('layer.weight', 'float32', [2, 2]);
  const y = builder.node('Gemm', [x, weight], { transA: false, transB: true, alpha: 1, beta: 1 });
  builder.output('y', builder.node('Add', [y, builder.scalar(1)]));
  const runner = createNodeRunner({ threads: 1 });
  const weights = await runner.upload(new Map([['layer.weight', float32([2, 2], [1, 2, 3, 4])]]));
  const compiled = await runner.compile(builder.build(), [weights], binding);
  const { y: result } = await compiled.run({ x: float32([1, 2], [10, 1]) });
  expect([...result!.data]).toEqual([13, 35]);
  await runner.dispose();
});
