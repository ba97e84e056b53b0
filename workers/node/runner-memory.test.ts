import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, test } from 'vitest';
import { GraphBuilder } from '#models/graph/graph-builder.ts';
import type { Graph } from '#models/graph/graph.ts';
import { float32, zeros } from '#models/tensor/tensor.ts';
import { createNodeRunner } from './ort-node-runner.ts';

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

/** True if nothing holds it any more. A reference that was looked at in this turn is kept until the next one. */
async function isForgotten(reference: WeakRef<object>): Promise<boolean> {
  for (let attempt = 0; attempt < 5; attempt++) {
    await new Promise((resolve) => setTimeout(resolve, 10));
    collectGarbage();
  }
  return reference.deref() === undefined;
}

/** y = x + w on [1000]. */
function addWeight(): Graph {
  const builder = new GraphBuilder('add');
  builder.output('y', builder.node('Add', [builder.input('x', 'float32', [1000]), builder.parameter('w', 'float32', [1000])]));
  return builder.build();
}

test.each(['inputs', 'initializers'] as const)(
  'weights as %s are memory again once they are disposed, although the runner and their set live on',
  async (weightBinding) => {
    const runner = createNodeRunner({ threads: 1, weightBinding });
    const use = async () => {
      const weight = zeros('float32', [1000]);
      const set = await runner.upload(new Map([['w', weight]]));
      const compiled = await runner.compile(addWeight(), [set]);
      await compiled.run({ x: zeros('float32', [1000]) });
      await compiled.dispose();
      return { set, weight: new WeakRef(weight.data) };
    };
    const { set, weight } = await use();
    expect(await isForgotten(weight)).toBe(false);
    set.dispose();
    expect(await isForgotten(weight)).toBe(true);
    expect(set.has('w')).toBe(false);
    await runner.dispose();
  },
);

test('a graph that was disposed is forgotten by its runner', async () => {
  const runner = createNodeRunner({ threads: 1 });
  const use = async () => {
    const graph = addWeight();
    const compiled = await runner.compile(graph, [await runner.upload(new Map([['w', float32([1000], new Array<number>(1000).fill(1))]]))]);
    await compiled.dispose();
    return new WeakRef(graph);
  };
  expect(await isForgotten(await use())).toBe(true);
  await runner.dispose();
});
