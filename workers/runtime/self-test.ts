/** @file The start-up self-test: known-risky operators on this device against known numbers. */
import { isAppError } from '#models/errors/app-error.ts';
import type { GraphRunner } from '#models/runtime/graph-runner.ts';
import type { SelfTestEntry } from '../contract/engine.ts';
import type { SelfTestCase } from './self-test-cases.ts';

/** Sums over at most 77 terms of size 1 in float32 stay far below this; wrong kernels are off by 0.1 and more. */
const tolerance = 1e-3;

/**
 * Runs the cases on a runner.
 *
 * @throws {AppError} only `device-lost`: any other failure of a case is an entry that did not pass
 */
export async function runSelfTest(runner: GraphRunner, cases: readonly SelfTestCase[]): Promise<SelfTestEntry[]> {
  const entries: SelfTestEntry[] = [];
  for (const testCase of cases) entries.push(await runCase(runner, testCase));
  return entries;
}

async function runCase(runner: GraphRunner, { name, graph, feeds, expected }: SelfTestCase): Promise<SelfTestEntry> {
  try {
    const compiled = await runner.compile(graph, []);
    try {
      const results = await compiled.run(feeds);
      const errors = Object.entries(expected).flatMap(([output, numbers]) =>
        Array.from(numbers, (number, i) => Math.abs(Number(results[output]!.data[i]) - number)),
      );
      const maxError = errors.some(Number.isNaN) ? NaN : Math.max(...errors);
      return { name, passed: maxError <= tolerance, maxError: Number.isFinite(maxError) ? maxError : null, note: null };
    } finally {
      await compiled.dispose();
    }
  } catch (error) {
    if (isAppError(error, 'device-lost')) throw error;
    return { name, passed: false, maxError: null, note: error instanceof Error ? error.message.slice(0, 200) : String(error) };
  }
}
