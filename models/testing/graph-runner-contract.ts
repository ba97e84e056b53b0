/** @file What every graph runner promises, as one suite: the interpreter, Node on the CPU and on WebGPU, wasm and WebGPU in a browser. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { GraphBuilder } from '../graph/graph-builder.ts';
import type { Graph } from '../graph/graph.ts';
import type { GraphRunner } from '../runtime/graph-runner.ts';
import { narrowToHalves } from '../tensor/float16.ts';
import { float32, tensor, zeros, type Tensor } from '../tensor/tensor.ts';

/** y = x W^T + b, as a graph with weights `layer.weight` [2, 3] and `layer.bias` [2]. */
function linear(name = 'linear'): Graph {
  const builder = new GraphBuilder(name);
  const x = builder.input('x', 'float32', [1, 3]);
  const weight = builder.parameter('layer.weight', 'float32', [2, 3]);
  const bias = builder.parameter('layer.bias', 'float32', [2]);
  builder.output('y', builder.node('Gemm', [x, weight, bias], { transA: false, transB: true, alpha: 1, beta: 1 }));
  return builder.build();
}

/** The sum of the squares of `layer.weight`: another graph over the same weights. */
function weightNorm(): Graph {
  const builder = new GraphBuilder('norm');
  const weight = builder.parameter('layer.weight', 'float32', [2, 3]);
  const x = builder.input('x', 'float32', [1]);
  const sum = builder.node('ReduceSum', [builder.node('Mul', [weight, weight])], { axes: [0, 1], keepDims: false });
  builder.output('norm', builder.node('Mul', [x, sum]));
  return builder.build();
}

/** x * factor. */
function scale(factor: number, shape: readonly number[] = [4]): Graph {
  const builder = new GraphBuilder(`times ${factor}`);
  builder.output('y', builder.node('Mul', [builder.input('x', 'float32', shape), builder.scalar(factor)]));
  return builder.build();
}

const weightValues = [1, 2, 3, 4, 5, 6];
const weights = (): Map<string, Tensor> =>
  new Map<string, Tensor>([
    ['layer.weight', float32([2, 3], weightValues)],
    ['layer.bias', float32([2], [0.5, -0.5])],
  ]);
const values = (result: Tensor | undefined): number[] => Array.from<number | bigint>(result!.data).map(Number);

/**
 * Declares the suite for one runner.
 *
 * @param create makes a runner of its own for this suite; the suite disposes it
 */
export function describeGraphRunner(title: string, create: () => Promise<GraphRunner> | GraphRunner): void {
  describe(`${title} is a graph runner`, () => {
    let runner: GraphRunner;
    beforeAll(async () => {
      runner = await create();
    });
    afterAll(async () => {
      await runner.dispose();
    });

    test('weights are found by name and outputs come back by name', async () => {
      const set = await runner.upload(weights());
      expect(set.sizeBytes).toBe(8 * 4);
      expect([set.has('layer.weight'), set.has('layer.other')]).toEqual([true, false]);
      const compiled = await runner.compile(linear(), [set]);
      const { y } = await compiled.run({ x: float32([1, 3], [1, 0, -1]), unknown: float32([1], [0]) });
      expect([y!.dtype, y!.shape, values(y)]).toEqual(['float32', [1, 2], [-1.5, -2.5]]);
      await compiled.dispose();
      set.dispose();
    });

    test('two graphs share one set of weights, and outlive each other', async () => {
      const set = await runner.upload(weights());
      const first = await runner.compile(linear(), [set]);
      const second = await runner.compile(weightNorm(), [set]);
      const x = float32([1, 3], [1, 1, 1]);
      expect(values((await second.run({ x: float32([1], [1]) }))['norm'])).toEqual([91]);
      expect(values((await first.run({ x }))['y'])).toEqual([6.5, 14.5]);
      await second.dispose();
      expect(values((await first.run({ x }))['y'])).toEqual([6.5, 14.5]);
      await first.dispose();
      set.dispose();
    });

    test('weight sets are searched in order: the first that has the name wins', async () => {
      const set = await runner.upload(weights());
      const override = await runner.upload(new Map([['layer.bias', float32([2], [100, 200])]]));
      const compiled = await runner.compile(linear(), [override, set]);
      expect(values((await compiled.run({ x: zeros('float32', [1, 3]) }))['y'])).toEqual([100, 200]);
      await compiled.dispose();
    });

    test('a stream of weights may be computed on the runner that takes it', async () => {
      async function* doubled(): AsyncGenerator<readonly [string, Tensor]> {
        const compiled = await runner.compile(scale(2), []);
        const { y } = await compiled.run({ x: float32([4], [1, 2, 3, 4]) });
        await compiled.dispose();
        yield ['doubled', y!];
      }
      const set = await runner.upload(doubled());
      const builder = new GraphBuilder('identity');
      builder.output('y', builder.node('Add', [builder.parameter('doubled', 'float32', [4]), builder.input('x', 'float32', [4])]));
      const compiled = await runner.compile(builder.build(), [set]);
      expect(values((await compiled.run({ x: float32([4], [0, 0, 0, 1]) }))['y'])).toEqual([2, 4, 6, 9]);
    });

    test('float16 weights are widened to float32', async () => {
      const halves = new Map(weights()).set('layer.weight', tensor('float16', [2, 3], narrowToHalves(Float32Array.from(weightValues))));
      const set = await runner.upload(halves);
      expect(set.sizeBytes).toBe(8 * 4);
      const compiled = await runner.compile(linear(), [set]);
      expect(values((await compiled.run({ x: float32([1, 3], [1, 1, 1]) }))['y'])).toEqual([6.5, 14.5]);
      await compiled.dispose();
      set.dispose();
    });

    test('a missing weight and a weight of another shape are named', async () => {
      const set = await runner.upload(
        new Map([
          ['layer.weight', float32([3, 2], weightValues)],
          ['layer.bias', float32([2], [0, 0])],
        ]),
      );
      await expect(runner.compile(linear(), [])).rejects.toMatchObject({ code: 'weights-missing', message: expect.stringContaining('layer.weight') as string });
      await expect(runner.compile(linear(), [set])).rejects.toMatchObject({
        code: 'shape-mismatch',
        message: expect.stringContaining('layer.weight') as string,
      });
      set.dispose();
    });

    test('a missing feed, a wrong shape and a wrong dtype are named, and the graph still runs afterwards', async () => {
      const compiled = await runner.compile(scale(2), []);
      const mismatch = (text: string) => ({ code: 'shape-mismatch', message: expect.stringContaining(text) as string });
      await expect(compiled.run({})).rejects.toMatchObject(mismatch('x'));
      await expect(compiled.run({ x: zeros('float32', [5]) })).rejects.toMatchObject(mismatch('[5]'));
      await expect(compiled.run({ x: zeros('int32', [4]) })).rejects.toMatchObject(mismatch('int32'));
      expect(values((await compiled.run({ x: float32([4], [1, 2, 3, 4]) }))['y'])).toEqual([2, 4, 6, 8]);
      await compiled.dispose();
    });

    test('outputs left on the device are fed to another graph, read and disposed', async () => {
      const double = await runner.compile(scale(2), []);
      const triple = await runner.compile(scale(3), []);
      const first = await double.runOnDevice({ x: float32([4], [1, 2, 3, 4]) });
      const second = await triple.runOnDevice({ x: first['y']! });
      expect(second['y']).toMatchObject({ kind: 'device', dtype: 'float32', shape: [4] });
      expect(values(await second['y']!.read())).toEqual([6, 12, 18, 24]);
      expect(values(await first['y']!.read())).toEqual([2, 4, 6, 8]);
      expect(values((await double.run({ x: second['y']! }))['y'])).toEqual([12, 24, 36, 48]);
      first['y']!.dispose();
      second['y']!.dispose();
      await expect(Promise.resolve().then(() => double.run({ x: first['y']! }))).rejects.toThrow();
      await double.dispose();
      await triple.dispose();
    });

    test('outputs of different sizes that are read together come back each to its own name', async () => {
      const builder = new GraphBuilder('several');
      const [x, ids] = [builder.input('x', 'float32', [3]), builder.input('ids', 'int32', [5])];
      builder.output('twice', builder.node('Mul', [x, builder.scalar(2)]));
      builder.output('gathered', builder.node('Gather', [ids, builder.input('places', 'int32', [2])], { axis: 0 }));
      builder.output('sum', builder.node('ReduceSum', [x], { axes: [0], keepDims: false }));
      const compiled = await runner.compile(builder.build(), []);
      const outputs = await compiled.runOnDevice({
        x: float32([3], [1, 2, 3]),
        ids: tensor('int32', [5], Int32Array.of(7, 8, 9, 10, 11)),
        places: tensor('int32', [2], Int32Array.of(4, 0)),
      });
      const read = await Promise.all(Object.entries(outputs).map(async ([name, output]) => [name, values(await output.read())] as const));
      expect(Object.fromEntries(read)).toEqual({ twice: [2, 4, 6], gathered: [11, 7], sum: [6] });
      for (const output of Object.values(outputs)) output.dispose();
      await compiled.dispose();
    });

    test('runs asked for at the same time give each its own answer', async () => {
      const double = await runner.compile(scale(2), []);
      const triple = await runner.compile(scale(3), []);
      const answers = await Promise.all(
        Array.from({ length: 12 }, async (_, i) => values((await (i % 2 === 0 ? double : triple).run({ x: float32([4], [i, i, i, i]) }))['y'])[0]),
      );
      expect(answers).toEqual(Array.from({ length: 12 }, (_, i) => i * (i % 2 === 0 ? 2 : 3)));
      await Promise.all([double.dispose(), triple.dispose()]);
    });

    test('an earlier result does not change when the graph runs again', async () => {
      const double = await runner.compile(scale(2), []);
      const first = await double.run({ x: float32([4], [1, 1, 1, 1]) });
      await double.run({ x: float32([4], [9, 9, 9, 9]) });
      expect(values(first['y'])).toEqual([2, 2, 2, 2]);
      await double.dispose();
    });

    test('int32 indices gather rows, and an output may be an input or leave twice', async () => {
      const builder = new GraphBuilder('gather');
      const table = builder.input('table', 'float32', [3, 2]);
      const rows = builder.node('Gather', [table, builder.input('ids', 'int32', [2])], { axis: 0 });
      builder.output('rows', rows);
      builder.output('again', rows);
      builder.output('table', table);
      const compiled = await runner.compile(builder.build(), []);
      const feeds = { table: float32([3, 2], [1, 2, 3, 4, 5, 6]), ids: tensor('int32', [2], Int32Array.from([2, 0])) };
      const results = await compiled.run(feeds);
      expect([values(results['rows']), values(results['again']), values(results['table'])]).toEqual([
        [5, 6, 1, 2],
        [5, 6, 1, 2],
        [1, 2, 3, 4, 5, 6],
      ]);
      await compiled.dispose();
    });

    test('what is disposed while a run of it is on its way ends after that run', async () => {
      const set = await runner.upload(weights());
      const compiled = await runner.compile(linear(), [set]);
      const first = await compiled.runOnDevice({ x: float32([1, 3], [1, 0, -1]) });
      const doubled = await runner.compile(scale(2, [1, 2]), []);
      const running = [compiled.run({ x: float32([1, 3], [1, 0, -1]) }), doubled.run({ x: first['y']! })];
      first['y']!.dispose();
      set.dispose();
      await Promise.all([compiled.dispose(), doubled.dispose()]);
      expect((await Promise.all(running)).map(({ y }) => values(y))).toEqual([
        [-1.5, -2.5],
        [-3, -5],
      ]);
    });

    test('a graph that was disposed refuses to run', async () => {
      const compiled = await runner.compile(scale(2), []);
      await compiled.dispose();
      await expect(Promise.resolve().then(() => compiled.run({ x: zeros('float32', [4]) }))).rejects.toThrow(/dispose/);
    });
  });
}
