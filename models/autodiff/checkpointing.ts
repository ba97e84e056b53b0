/**
 * @file Training within a memory budget: keeps only the tensors between stages, and computes a stage again when its gradient is due.
 *
 * [Note: one freedom] Stages are merged into groups. All groups but the last run forward once to make the boundary tensors; then,
 * from the last to the first, each group's backward graph computes the group again and differentiates it. The last group's backward
 * graph gives the loss on the way, so one group of all stages is plain training without recomputation. Fewer and larger groups
 * recompute less and hold more: the last group, which is never computed twice, is made as large as the budget allows, then the others.
 * Where a group is over the budget, its attention weights are computed twice before it is made smaller.
 */
import { AppError } from '../errors/app-error.ts';
import type { Graph } from '../graph/graph.ts';
import { sizeBytes } from '../graph/live-bytes.ts';
import { plannedPeakBytes } from '../graph/planned-bytes.ts';
import { recomputeSoftmax } from './recompute-softmax.ts';
import { buildBackward, buildForward, gradientName, mergeStages, traceStage, type TypesByName } from './stage-graphs.ts';
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

/**
 * One run. It reads the tensors named like the graph's inputs, from the caller's feeds or earlier runs, and leaves each output
 * under its name.
 */
export interface PlannedRun {
  readonly graph: Graph;
  /** Tensors made by runs that nothing after this one reads: dispose them now. */
  readonly release: readonly string[];
}

/** A training sample from feeds to gradients. */
export interface TrainingPlan {
  readonly runs: readonly PlannedRun[];
  /** Trained tensor -> name of its gradient. These and the loss are left after the last run and belong to the caller. */
  readonly gradients: ReadonlyMap<string, string>;
  /** Number of stages in each group, first to last. */
  readonly groupSizes: readonly number[];
  /** Estimated bytes of boundary tensors, activations and gradients at the worst moment; weights and feeds come on top. */
  readonly peakBytes: number;
}

/** What is known of the tensors between stages: types of all, and which of them depend on a trained tensor. */
interface Traced {
  readonly types: TypesByName;
  readonly active: ReadonlySet<string>;
}

/** The backward graph of a group, and what it makes of the gradients known so far. */
interface BackwardStep {
  readonly graph: Graph;
  /** Tensor -> name of its gradient so far. */
  readonly gradients: ReadonlyMap<string, string>;
}

/** A group that could be next, going backwards. */
interface Candidate extends BackwardStep {
  readonly stage: Stage;
  /** Index of its first stage. */
  readonly start: number;
  readonly bytes: number;
}

/** The largest group within the budget, or the smallest one. */
function growWithin(byteBudget: number, attempt: (start: number) => Candidate, smallest: number): Candidate {
  let best = attempt(smallest);
  while (best.start > 0) {
    const larger = attempt(best.start - 1);
    if (larger.bytes > byteBudget) break;
    best = larger;
  }
  return best;
}

function trace({ stages, fed, trained }: TrainingRequest): Traced {
  const types = new Map(fed);
  const active = new Set(trained);
  for (const stage of stages) {
    const made = traceStage(stage, types, active);
    for (const [name, type] of made.types) types.set(name, type);
    for (const name of made.active) active.add(name);
  }
  return { types, active };
}

/** The stages from `start` up to `end` as one, making what is needed after them. */
function group({ stages, loss }: TrainingRequest, start: number, end: number): Stage {
  return mergeStages(stages.slice(start, end), new Set([loss, ...stages.slice(end).flatMap(({ inputs }) => inputs)]));
}

/** Builds the backward graph of a group when the gradients known so far are those of all groups after it. */
function stepBack(request: TrainingRequest, { types, active }: Traced, stage: Stage, known: ReadonlyMap<string, string>): BackwardStep {
  const makesLoss = stage.outputs.includes(request.loss);
  const knownOf = (names: readonly string[]): Map<string, string> => new Map([...known].filter(([name]) => names.includes(name)));
  const earlier = knownOf(stage.inputs);
  const resultNames = new Map([...earlier].map(([name, before]) => [name, `${before}+`]));
  const graph = buildBackward(stage, types, {
    seeded: knownOf(stage.outputs),
    ...(makesLoss ? { loss: request.loss } : {}),
    wanted: stage.inputs.filter((name) => active.has(name)),
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

const bytesOf = (names: Iterable<string>, types: TypesByName): number => [...names].reduce((sum, name) => sum + sizeBytes(types.get(name)!), 0);

/** Bytes held while a group's backward graph runs: boundary tensors still needed, gradients so far, and the run itself. */
function bytesHeld({ stages, fed }: TrainingRequest, { types }: Traced, end: number, known: ReadonlyMap<string, string>, graph: Graph): number {
  const boundaries = new Set(stages.slice(0, end).flatMap(({ inputs }) => inputs).filter((name) => !fed.has(name)));
  return bytesOf(boundaries, types) + bytesOf(known.keys(), types) + plannedPeakBytes(graph);
}

/**
 * Plans one training sample within a memory budget.
 *
 * @param byteBudget for boundary tensors, activations and gradients; `Infinity` gives a single run. Where even single stages
 *   need more, the plan has `peakBytes` above the budget: the caller decides whether to try.
 * @throws {AppError} `graph-invalid` if the loss depends on no trained tensor or not on all of them; whatever building throws
 */
export function planTraining(request: TrainingRequest, byteBudget: number): TrainingPlan {
  const traced = trace(request);
  const { stages, loss, trained } = request;
  if (!stages.at(-1)!.outputs.includes(loss)) throw new AppError('graph-invalid', { message: `the last stage, ${stages.at(-1)!.name}, does not make ${loss}` });

  const backward: Graph[] = [];
  const groups: Stage[] = [];
  const groupSizes: number[] = [];
  let peak = 0;
  let gradients: ReadonlyMap<string, string> = new Map();
  for (let end = stages.length; end > 0; ) {
    const attempt = (start: number): Candidate => {
      const stage = group(request, start, end);
      const step = stepBack(request, traced, stage, gradients);
      const held = bytesHeld(request, traced, end, gradients, step.graph);
      if (held <= byteBudget) return { ...step, stage, start, bytes: held };
      // Cheaper than computing whole stages again, so it comes first. What is small against the budget is not worth it.
      const graph = recomputeSoftmax(step.graph, byteBudget / 100);
      return { ...step, graph, stage, start, bytes: bytesHeld(request, traced, end, gradients, graph) };
    };
    let best = attempt(0);
    if (best.bytes > byteBudget) best = growWithin(byteBudget, attempt, end - 1);
    groups.unshift(best.stage);
    groupSizes.unshift(end - best.start);
    backward.push(best.graph);
    peak = Math.max(peak, best.bytes);
    gradients = best.gradients;
    end = best.start;
  }
  const missing = trained.find((name) => !gradients.has(name));
  if (missing !== undefined) throw new AppError('graph-invalid', { message: `${loss} does not depend on ${missing}` });
  const forward = groups.slice(0, -1).map((stage) => buildForward(stage, traced.types));
  const trainedGradients = new Map(trained.map((name) => [name, gradients.get(name)!]));
  const graphs = [...forward, ...backward].filter(({ outputs }) => outputs.length > 0);
  return { runs: schedule(graphs, [loss, ...trainedGradients.values()]), gradients: trainedGradients, groupSizes, peakBytes: peak };
}

/** Finds after which run each tensor is no longer needed. */
function schedule(graphs: readonly Graph[], results: readonly string[]): PlannedRun[] {
  const lastRun = new Map<string, number>();
  graphs.forEach((graph, run) => {
    for (const { name } of graph.inputs) if (lastRun.has(name)) lastRun.set(name, run);
    for (const { name } of graph.outputs) lastRun.set(name, run);
  });
  for (const name of results) lastRun.delete(name);
  return graphs.map((graph, run) => ({ graph, release: [...lastRun].filter(([, last]) => last === run).map(([name]) => name) }));
}
