/** @file A runner that tells what it holds, for tests of who frees what. */
import type { GraphRunner, WeightSet } from '../runtime/graph-runner.ts';
import { createInterpreter } from './interpreter/interpreter-runner.ts';

/** The interpreter, and which weight sets it holds: those placed and not disposed. */
export function watchedRunner(): { runner: GraphRunner; held: ReadonlySet<WeightSet> } {
  const plain = createInterpreter();
  const held = new Set<WeightSet>();
  const upload: GraphRunner['upload'] = async (weights) => {
    const set = await plain.upload(weights);
    const dispose = set.dispose.bind(set);
    set.dispose = () => {
      held.delete(set);
      dispose();
    };
    held.add(set);
    return set;
  };
  return { runner: { ...plain, upload }, held };
}
