/** @file A runner that remembers one run of every graph: what a whole job asks of a backend, to be asked of another. */
import type { Graph } from '../graph/graph.ts';
import { isDeviceTensor, type CompiledGraph, type Feed, type GraphRunner, type WeightSet } from '../runtime/graph-runner.ts';
import type { Tensor } from '../tensor/tensor.ts';

/** One graph with everything that its first run was given, and what it answered. */
export interface RecordedRun {
  readonly graph: Graph;
  readonly weights: ReadonlyMap<string, Tensor>;
  readonly feeds: Readonly<Record<string, Tensor>>;
  readonly outputs: Readonly<Record<string, Tensor>>;
}

/**
 * Wraps a runner; the first run of each compiled graph is copied into `recorded`.
 *
 * @param runner disposed by its owner, not by the wrapper's `dispose`
 */
export function recordRuns(runner: GraphRunner): { readonly runner: GraphRunner; readonly recorded: RecordedRun[] } {
  const recorded: RecordedRun[] = [];
  const uploaded = new Map<WeightSet, ReadonlyMap<string, Tensor>>();
  const toHost = async (feeds: Readonly<Record<string, Feed>>): Promise<Record<string, Tensor>> =>
    Object.fromEntries(
      await Promise.all(Object.entries(feeds).map(async ([name, feed]) => [name, structuredClone(isDeviceTensor(feed) ? await feed.read() : feed)] as const)),
    );

  const watch = (compiled: CompiledGraph, weights: ReadonlyMap<string, Tensor>): CompiledGraph => {
    let isRecorded = false;
    const { graph } = compiled;
    const record = async (feeds: Readonly<Record<string, Feed>>, outputs: Readonly<Record<string, Feed>>): Promise<void> => {
      if (isRecorded) return;
      isRecorded = true;
      recorded.push({ graph, weights, feeds: await toHost(feeds), outputs: await toHost(outputs) });
    };
    return {
      graph,
      run: async (feeds) => {
        const outputs = await compiled.run(feeds);
        await record(feeds, outputs);
        return outputs;
      },
      runOnDevice: async (feeds) => {
        const outputs = await compiled.runOnDevice(feeds);
        await record(feeds, outputs);
        return outputs;
      },
      dispose: () => compiled.dispose(),
    };
  };
  return {
    recorded,
    runner: {
      backend: runner.backend,
      upload: async (weights) => {
        const kept = new Map<string, Tensor>();
        for await (const [name, weight] of weights) kept.set(name, weight);
        const set = await runner.upload(kept);
        uploaded.set(set, kept);
        return set;
      },
      compile: async (graph, sets) => {
        const found = graph.parameters.map(
          ({ name }) => [name, sets.map((set) => uploaded.get(set)?.get(name)).find((weight) => weight !== undefined)] as const,
        );
        return watch(await runner.compile(graph, sets), new Map(found.filter((entry): entry is readonly [string, Tensor] => entry[1] !== undefined)));
      },
      dispose: async () => undefined,
    },
  };
}
