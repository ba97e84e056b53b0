/** @file Names for an ONNX file: no odd characters, no two alike. */
import type { Graph, Value } from './graph.ts';

/** The ONNX name of each value, and of each output of the graph. */
export interface OnnxNames {
  readonly ofValue: ReadonlyMap<Value, string>;
  /** By position in `graph.outputs`. Differs from the value's name where the output needs an Identity node. */
  readonly ofOutput: readonly string[];
  /** A name that nothing else has. */
  fresh(stem: string): string;
}

/**
 * Names every value. Inputs, weights and outputs keep their own names where ONNX allows; inner values give way.
 *
 * An output that is itself an input, weight or constant, or a value that leaves the graph a second time, gets a name of its own.
 */
export function nameValues(graph: Graph): OnnxNames {
  const taken = new Set<string>();
  const fresh = (stem: string): string => {
    const clean = stem.replaceAll(/[^A-Za-z0-9_./:-]/g, '_') || 'value';
    let name = clean;
    for (let n = 2; taken.has(name); n++) name = `${clean}_${n}`;
    taken.add(name);
    return name;
  };

  const ofValue = new Map<Value, string>();
  for (const value of [...graph.inputs, ...graph.parameters]) ofValue.set(value, fresh(value.name));
  const made = new Set(graph.nodes.flatMap((node) => node.outputs));
  const ofOutput = graph.outputs.map(({ name, value }) => {
    const own = fresh(name);
    if (made.has(value) && !ofValue.has(value)) ofValue.set(value, own);
    return own;
  });
  for (const value of [...graph.constants.keys(), ...made]) if (!ofValue.has(value)) ofValue.set(value, fresh(value.name));
  return { ofValue, ofOutput, fresh };
}
