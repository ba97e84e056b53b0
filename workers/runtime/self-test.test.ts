import { expect, test } from 'vitest';
import type { GraphRunner } from '#models/runtime/graph-runner.ts';
import { createInterpreter } from '#models/testing/interpreter/interpreter-runner.ts';
import { createNodeRunner } from '../node/ort-node-runner.ts';
import { attentionCase, operatorCases } from './self-test-cases.ts';
import { runSelfTest } from './self-test.ts';

test.each([
  ['the CPU', createNodeRunner({ threads: 1 })],
  ['the interpreter', createInterpreter()],
])('the numbers of the self-test are those of %s', async (_title, runner) => {
  const entries = await runSelfTest(runner, [attentionCase(), ...operatorCases()]);
  expect(entries.filter(({ passed }) => !passed)).toEqual([]);
  expect(Math.max(...entries.map(({ maxError }) => maxError ?? Infinity))).toBeLessThan(1e-5);
});

test('a wrong number, a NaN and a kernel that fails do not pass, and say so', async () => {
  const cpu = createNodeRunner({ threads: 1 });
  const spoiled = (spoil: (data: Float32Array) => void): GraphRunner => ({
    backend: 'spoiled',
    upload: (weights) => cpu.upload(weights),
    dispose: () => cpu.dispose(),
    compile: async (graph, weights) => {
      const compiled = await cpu.compile(graph, weights);
      const run: typeof compiled.run = async (feeds) => {
        const results = await compiled.run(feeds);
        spoil(results['y']!.data as Float32Array);
        return results;
      };
      return { graph, run, runOnDevice: (feeds) => compiled.runOnDevice(feeds), dispose: () => compiled.dispose() };
    },
  });
  const [wrong] = await runSelfTest(
    spoiled((data) => (data[3]! += 0.2)),
    [attentionCase()],
  );
  expect(wrong).toMatchObject({ passed: false, maxError: expect.closeTo(0.2, 3) as number });
  const [nan] = await runSelfTest(
    spoiled((data) => (data[3] = NaN)),
    [attentionCase()],
  );
  expect(nan).toMatchObject({ passed: false, maxError: null });
  const failing = spoiled(() => {
    throw new Error('the shader did not compile');
  });
  expect((await runSelfTest(failing, [attentionCase()]))[0]).toMatchObject({ passed: false, note: 'the shader did not compile' });
});
