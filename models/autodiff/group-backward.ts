/** @file What it takes to differentiate a few neighbouring stages together: the backward graph of the group and the bytes that it holds. */
import type { Graph, Value } from '../graph/graph.ts';
import { sizeBytes } from '../graph/live-bytes.ts';
import { plannedPeakBytes } from '../graph/planned-bytes.ts';
import { isGradientNode } from './differentiate.ts';
import { recomputeSoftmax } from './recompute-softmax.ts';
import { buildBackward, gradientName, mergeStages, traceStage, type TypesByName } from './stage-graphs.ts';
import type { Stage } from './stage.ts';

export interface TrainingRequest {
  /** In order; the last makes the loss. */
  readonly stages: readonly Stage[];
  /** Everything that the caller feeds, trained tensors included: dtype and shape by name. */
  readonly fed: TypesByName;
  /** Names of fed tensors whose gradients are wanted. */
  readonly trained: readonly string[];
  /** Name of the loss, a float32 scalar. */
  readonly loss: string;
}

/** Tensor -> name of its gradient so far. */
export type GradientNames = ReadonlyMap<string, string>;

/** Stages from `start` up to a known end, differentiated together. */
export interface Group {
  readonly start: number;
  readonly stage: Stage;
  readonly graph: Graph;
  readonly gradients: GradientNames;
  /** Boundary tensors still needed, gradients so far, and the run itself. */
  readonly bytes: number;
}

/** Tries groups of one request's stages. */
export class GroupBuilder {
  readonly request: TrainingRequest;
  /** Of all tensors between stages. */
  readonly types: TypesByName;
  /** Those that depend on a trained tensor. */
  readonly #active: ReadonlySet<string>;
  readonly #byteBudget: number;

  constructor(request: TrainingRequest, byteBudget: number) {
    const types = new Map(request.fed);
    const active = new Set(request.trained);
    for (const stage of request.stages) {
      const made = traceStage(stage, types, active);
      for (const [name, type] of made.types) types.set(name, type);
      for (const name of made.active) active.add(name);
    }
    this.request = request;
    this.types = types;
    this.#active = active;
    this.#byteBudget = byteBudget;
  }

  /**
   * The stages from `start` up to `end`; over the budget, with attention weights computed twice.
   *
   * @param known of all groups after it
   */
  attempt(start: number, end: number, known: GradientNames): Group {
    const { stages, loss } = this.request;
    const stage = mergeStages(stages.slice(start, end), new Set([loss, ...stages.slice(end).flatMap(({ inputs }) => inputs)]));
    const { graph, gradients } = this.#stepBack(stage, known);
    const around = this.#bytesAround(end, known);
    const bytes = around + plannedPeakBytes(graph);
    if (bytes <= this.#byteBudget) return { start, stage, graph, gradients, bytes };
    // Cheaper than computing whole stages again, so it comes first. What is small against the budget is not worth it.
    const twice = recomputeSoftmax(graph, this.#byteBudget / 100);
    return { start, stage, graph: twice, gradients, bytes: twice === graph ? bytes : around + plannedPeakBytes(twice) };
  }

  #stepBack(stage: Stage, known: GradientNames): { readonly graph: Graph; readonly gradients: GradientNames } {
    const { loss } = this.request;
    const knownOf = (names: readonly string[]): Map<string, string> => new Map([...known].filter(([name]) => names.includes(name)));
    const earlier = knownOf(stage.inputs);
    const resultNames = new Map([...earlier].map(([name, before]) => [name, `${before}+`]));
    const graph = buildBackward(stage, this.types, {
      seeded: knownOf(stage.outputs),
      ...(stage.outputs.includes(loss) ? { loss } : {}),
      wanted: stage.inputs.filter((name) => this.#active.has(name)),
      earlier,
      resultNames,
    });
    const made = new Set(graph.outputs.map(({ name }) => name));
    const gradients = new Map(known);
    for (const name of stage.inputs) {
      const result = resultNames.get(name) ?? gradientName(name);
      if (made.has(result)) gradients.set(name, result);
    }
    for (const name of stage.outputs) gradients.delete(name);
    return { graph, gradients };
  }

  /** What lies beside a group's own run: boundary tensors that it or earlier stages read, and gradients so far. */
  #bytesAround(end: number, known: GradientNames): number {
    const { stages, fed } = this.request;
    const boundaries = new Set(
      stages
        .slice(0, end)
        .flatMap(({ inputs }) => inputs)
        .filter((name) => !fed.has(name)),
    );
    return [...boundaries, ...known.keys()].reduce((sum, name) => sum + sizeBytes(this.types.get(name)!), 0);
  }
}

/** Bytes that a backward graph keeps from its forward part for its gradient: about what an earlier stage adds to a group. */
export function keptBytes({ nodes }: Graph): number {
  const storage = new Map<Value, Value>();
  const kept = new Set<Value>();
  for (const node of nodes) {
    if (isGradientNode(node)) {
      for (const input of node.inputs) if (storage.has(input)) kept.add(storage.get(input)!);
      continue;
    }
    const source = node.op === 'Reshape' ? node.inputs[0]! : undefined;
    for (const output of node.outputs) storage.set(output, (source && storage.get(source)) ?? output);
  }
  return [...kept].reduce((sum, value) => sum + sizeBytes(value), 0);
}
