/** @file Graphs of stages: several as one, forward alone, or backward with the forward recomputed inside. */
import { AppError } from '../errors/app-error.ts';
import { GraphBuilder } from '../graph/graph-builder.ts';
import type { Graph, Node, Value } from '../graph/graph.ts';
import type { ValueType } from '../graph/ops/op-definition.ts';
import { appendGradients, dependents } from './differentiate.ts';
import type { Stage } from './stage.ts';

/** Dtype and shape of tensors by name. */
export type TypesByName = ReadonlyMap<string, ValueType>;

/** What the gradient of the tensor `name` is called. */
export const gradientName = (name: string): string => `${name}.gradient`;

function require<T>(values: ReadonlyMap<string, T>, name: string, stage: Stage): T {
  const value = values.get(name);
  if (value === undefined) throw new AppError('graph-invalid', { message: `stage ${stage.name} needs ${name}, which nothing before it makes` });
  return value;
}

/**
 * Adds stages to a builder one after the other.
 *
 * @param values what the first stages read, by name
 * @returns `values` and everything the stages made
 * @throws {AppError} `graph-invalid` if a stage reads what nobody made, or does not return exactly its outputs
 */
export function foldStages(builder: GraphBuilder, stages: readonly Stage[], values: ReadonlyMap<string, Value>): ReadonlyMap<string, Value> {
  const known = new Map(values);
  for (const stage of stages) {
    const made = stage.build(builder, new Map(stage.inputs.map((name) => [name, require(known, name, stage)])));
    for (const name of stage.outputs) {
      if (known.has(name)) throw new AppError('graph-invalid', { message: `stage ${stage.name} makes ${name} anew` });
      known.set(name, require(made, name, { ...stage, name: `${stage.name} (its own result)` }));
    }
  }
  return known;
}

/** Consecutive stages as one: reads what they do not make themselves, makes those of their outputs that are `needed` outside. */
export function mergeStages(stages: readonly Stage[], needed: ReadonlySet<string>): Stage {
  const made = new Set(stages.flatMap(({ outputs }) => outputs));
  const outputs = [...made].filter((name) => needed.has(name));
  return {
    name: stages.length === 1 ? stages[0]!.name : `${stages[0]!.name} to ${stages.at(-1)!.name}`,
    inputs: [...new Set(stages.flatMap(({ inputs }) => inputs))].filter((name) => !made.has(name)),
    outputs,
    build: (builder, values) => {
      const known = foldStages(builder, stages, values);
      return new Map(outputs.map((name) => [name, known.get(name)!]));
    },
  };
}

/** A stage in a fresh builder, its inputs declared. */
function startStage(
  stage: Stage,
  types: TypesByName,
  purpose: string,
): { builder: GraphBuilder; inputs: ReadonlyMap<string, Value>; outputs: ReadonlyMap<string, Value> } {
  const builder = new GraphBuilder(`${stage.name}, ${purpose}`);
  const inputs = new Map(
    stage.inputs.map((name) => {
      const { dtype, shape } = require(types, name, stage);
      return [name, builder.input(name, dtype, shape)];
    }),
  );
  return { builder, inputs, outputs: foldStages(builder, [stage], inputs) };
}

/**
 * The graph that computes a stage: its inputs and outputs under their own names.
 *
 * @param types of the stage's inputs
 */
export function buildForward(stage: Stage, types: TypesByName): Graph {
  const { builder, outputs } = startStage(stage, types, 'forward');
  for (const name of stage.outputs) builder.output(name, outputs.get(name)!);
  return builder.build();
}

/** Which outputs of a stage depend on the `active` inputs, and every output's type. */
export function traceStage(stage: Stage, types: TypesByName, active: ReadonlySet<string>): { readonly types: TypesByName; readonly active: readonly string[] } {
  const { builder, inputs, outputs } = startStage(stage, types, 'trace');
  const reached = dependents(
    builder.nodes,
    [...inputs].filter(([name]) => active.has(name)).map(([, value]) => value),
  );
  return {
    types: new Map(stage.outputs.map((name) => [name, outputs.get(name)!])),
    active: stage.outputs.filter((name) => reached.has(outputs.get(name)!)),
  };
}

/** What the backward graph of a stage takes and gives besides the stage's inputs. */
export interface BackwardRequest {
  /** Output -> under which name its gradient is fed. Outputs left out have none. */
  readonly seeded: ReadonlyMap<string, string>;
  /** An output that is the loss: its gradient is one and the graph gives its value too. */
  readonly loss?: string;
  /** Inputs whose gradient is asked for. Those that no seeded output depends on are left out of the graph's outputs. */
  readonly wanted: readonly string[];
  /** Input -> name of the gradient that later stages gave it, to be added to ours. */
  readonly earlier?: ReadonlyMap<string, string>;
  /** Input -> what to call its gradient; `<input>.gradient` where absent. */
  readonly resultNames?: ReadonlyMap<string, string>;
}

function leadsTo(nodes: readonly Node[], goals: Iterable<Value>): Set<Value> {
  const leading = new Set(goals);
  for (const node of nodes.toReversed()) if (node.outputs.some((output) => leading.has(output))) for (const input of node.inputs) leading.add(input);
  return leading;
}

/**
 * The graph that takes a stage's inputs and the gradients of its outputs, computes the stage again, and gives the gradients of
 * its inputs.
 *
 * @param types of the stage's inputs
 */
export function buildBackward(stage: Stage, types: TypesByName, { seeded, loss, wanted, earlier, resultNames }: BackwardRequest): Graph {
  const { builder, inputs, outputs } = startStage(stage, types, 'backward');
  const seeds = new Map<Value, Value>();
  const seed = (name: string, gradient: Value): void => {
    const value = outputs.get(name)!;
    const known = seeds.get(value); // one value may leave under two names
    seeds.set(value, known === undefined ? gradient : builder.node('Add', [known, gradient]));
  };
  for (const [name, gradient] of seeded) {
    const { dtype, shape } = outputs.get(name)!;
    seed(name, builder.input(gradient, dtype, shape));
  }
  if (loss !== undefined) seed(loss, builder.scalar(1));
  const leading = leadsTo(builder.nodes, seeds.keys());
  const active = wanted.filter((name) => leading.has(inputs.get(name)!));
  const gradients = appendGradients(
    builder,
    seeds,
    active.map((name) => inputs.get(name)!),
  );
  if (loss !== undefined) builder.output(loss, outputs.get(loss)!);
  for (const name of active) {
    const gradient = gradients.get(inputs.get(name)!)!;
    const before = earlier?.get(name);
    const total = before === undefined ? gradient : builder.node('Add', [builder.input(before, gradient.dtype, gradient.shape), gradient]);
    builder.output(resultNames?.get(name) ?? gradientName(name), total);
  }
  return builder.build();
}
