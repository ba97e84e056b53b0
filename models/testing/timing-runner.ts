/** @file A runner that notes how long each graph runs. */
import type { GraphRunner } from '../runtime/graph-runner.ts';

/** Runs of one graph. */
export interface RunTimes {
  count: number;
  totalMs: number;
}

/**
 * Passes everything on to `runner` and adds the time of each run to the graph's row.
 *
 * @returns the same runner, watched, and the rows by name of graph; the caller may clear them
 */
export function timingRunner(runner: GraphRunner): { readonly runner: GraphRunner; readonly times: Map<string, RunTimes> } {
  const times = new Map<string, RunTimes>();
  return {
    times,
    runner: {
      backend: runner.backend,
      upload: (weights) => runner.upload(weights),
      dispose: () => runner.dispose(),
      compile: async (graph, weights) => {
        const compiled = await runner.compile(graph, weights);
        return {
          graph,
          runOnDevice: (feeds) => compiled.runOnDevice(feeds),
          dispose: () => compiled.dispose(),
          run: async (feeds) => {
            const start = performance.now();
            const outputs = await compiled.run(feeds);
            const row = times.get(graph.name) ?? { count: 0, totalMs: 0 };
            times.set(graph.name, { count: row.count + 1, totalMs: row.totalMs + performance.now() - start });
            return outputs;
          },
        };
      },
    },
  };
}

/** Milliseconds per photo of each graph, and of all that is not a graph. */
export function timesPerPhoto(times: ReadonlyMap<string, RunTimes>, photos: number, totalMs: number): string {
  const rows = [...times].map(([name, row]) => `${name} ${(row.totalMs / photos).toFixed(0)} (${row.count} runs)`);
  const inNets = [...times.values()].reduce((sum, row) => sum + row.totalMs, 0);
  return [...rows, `beside the nets ${((totalMs - inNets) / photos).toFixed(0)}`, `all ${(totalMs / photos).toFixed(0)}`].join(', ');
}
