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
import { atOnce, type Steps } from '../runtime/steps.ts';
import { GroupBuilder, keptBytes, type GradientNames, type Group, type TrainingRequest } from './group-backward.ts';
import { buildForward } from './stage-graphs.ts';

export type { TrainingRequest };

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

/** A stage that is differentiated alone. */
interface SingleStage {
  readonly bytes: number;
  /** Bytes that it adds to a group in which later stages are differentiated first. */
  readonly keptBytes: number;
}

/** Every stage alone, first to last; stops at the first one, counted from the end, that is over `limitBytes`. */
function* singleStages(builder: GroupBuilder, limitBytes = Infinity): Steps<readonly SingleStage[]> {
  const singles: SingleStage[] = [];
  let known: GradientNames = new Map();
  for (let end = builder.request.stages.length; end > 0; end--) {
    const { graph, gradients, bytes } = builder.attempt(end - 1, end, known);
    singles.unshift({ bytes, keptBytes: keptBytes(graph) });
    if (bytes > limitBytes) break;
    known = gradients;
    yield;
  }
  return singles;
}

/*
 * [Note: where a group begins] Adding a stage before a group adds what that stage keeps, so the bytes of each group can be told from its
 * stages alone, to about a tenth. A group is tried there first and then one stage longer or shorter until the budget lies between two
 * neighbours: two or three graphs are built for it. Growing every group from one stage, after trying all that is left, built five to ten.
 */

/** Where the largest group that ends at `end` begins, by the sum of its parts. */
function likelyStart(singles: readonly SingleStage[], end: number, byteBudget: number): number {
  for (let start = 0; start < end - 1; start++) {
    let [kept, peak] = [0, 0];
    for (let stage = start; stage < end; stage++) {
      peak = Math.max(peak, kept + singles[stage]!.bytes);
      kept += singles[stage]!.keptBytes;
    }
    if (peak <= byteBudget) return start;
  }
  return end - 1;
}

/** The largest group within the budget, or a single stage. */
function* largestGroup(builder: GroupBuilder, guess: number, end: number, known: GradientNames, byteBudget: number): Steps<Group> {
  let best = builder.attempt(guess, end, known);
  while (best.bytes > byteBudget && best.start < end - 1) {
    yield;
    best = builder.attempt(best.start + 1, end, known);
  }
  // Where it had to be made smaller, the next larger one is known not to fit.
  while (best.bytes <= byteBudget && best.start > 0 && best.start <= guess) {
    yield;
    const larger = builder.attempt(best.start - 1, end, known);
    if (larger.bytes > byteBudget) break;
    best = larger;
  }
  return best;
}

/** True if a sample fits the budget in its smallest steps. Takes a fraction of the time of a plan, least where it does not fit. */
export function* fitsInSingleStages(request: TrainingRequest, byteBudget: number): Steps<boolean> {
  const singles = yield* singleStages(new GroupBuilder(request, byteBudget), byteBudget);
  return singles.every(({ bytes }) => bytes <= byteBudget);
}

/** As `planTraining`, in steps. */
export function* planningSteps(request: TrainingRequest, byteBudget: number): Steps<TrainingPlan> {
  const { stages, loss, trained } = request;
  if (!stages.at(-1)!.outputs.includes(loss)) throw new AppError('graph-invalid', { message: `the last stage, ${stages.at(-1)!.name}, does not make ${loss}` });
  const builder = new GroupBuilder(request, byteBudget);
  yield;
  const singles = byteBudget === Infinity ? null : yield* singleStages(builder);

  const groups: Group[] = [];
  const groupSizes: number[] = [];
  let gradients: GradientNames = new Map();
  for (let end = stages.length; end > 0; end = groups[0]!.start) {
    const guess = singles === null ? 0 : likelyStart(singles, end, byteBudget);
    const best: Group = yield* largestGroup(builder, guess, end, gradients, byteBudget);
    groupSizes.unshift(end - best.start);
    groups.unshift(best);
    gradients = best.gradients;
    yield;
  }
  const missing = trained.find((name) => !gradients.has(name));
  if (missing !== undefined) throw new AppError('graph-invalid', { message: `${loss} does not depend on ${missing}` });
  const forward = groups.slice(0, -1).map(({ stage }) => buildForward(stage, builder.types));
  const trainedGradients = new Map(trained.map((name) => [name, gradients.get(name)!]));
  const graphs = [...forward, ...groups.toReversed().map(({ graph }) => graph)].filter(({ outputs }) => outputs.length > 0);
  const peakBytes = Math.max(...groups.map(({ bytes }) => bytes));
  return { runs: schedule(graphs, [loss, ...trainedGradients.values()]), gradients: trainedGradients, groupSizes, peakBytes };
}

/**
 * Plans one training sample within a memory budget.
 *
 * @param byteBudget for boundary tensors, activations and gradients; `Infinity` gives a single run. Where even single stages
 *   need more, the plan has `peakBytes` above the budget: the caller decides whether to try.
 * @throws {AppError} `graph-invalid` if the loss depends on no trained tensor or not on all of them; whatever building throws
 */
export function planTraining(request: TrainingRequest, byteBudget: number): TrainingPlan {
  return atOnce(planningSteps(request, byteBudget));
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
