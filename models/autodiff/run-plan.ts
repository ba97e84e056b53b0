/** @file Runs a training plan through a runner, keeping what passes between runs on the device. */
import { AppError } from '../errors/app-error.ts';
import type { CompiledGraph, DeviceTensor, Feed, GraphRunner, WeightSet } from '../runtime/graph-runner.ts';
import type { TrainingPlan } from './checkpointing.ts';

export interface CompiledPlan {
  readonly plan: TrainingPlan;
  /**
   * One training sample, from feeds to loss and gradients.
   *
   * @param feeds by name, everything that the planned stages were said to be fed; they stay the caller's
   * @returns the loss under its name and the gradients under the names in `plan.gradients`; the caller disposes them
   */
  run(feeds: Readonly<Record<string, Feed>>): Promise<Record<string, DeviceTensor>>;
  dispose(): Promise<void>;
}

/** Compiles every graph of a plan against the same weights. */
export async function compilePlan(runner: GraphRunner, plan: TrainingPlan, weights: readonly WeightSet[]): Promise<CompiledPlan> {
  const compiled: CompiledGraph[] = [];
  for (const { graph } of plan.runs) compiled.push(await runner.compile(graph, weights));

  const run = async (feeds: Readonly<Record<string, Feed>>): Promise<Record<string, DeviceTensor>> => {
    const made = new Map<string, DeviceTensor>();
    try {
      for (const [i, { graph, release }] of plan.runs.entries()) {
        const read = graph.inputs.map(({ name }) => [name, made.get(name) ?? feed(feeds, name)] as const);
        for (const [name, tensor] of Object.entries(await compiled[i]!.runOnDevice(Object.fromEntries(read)))) made.set(name, tensor);
        for (const name of release) {
          made.get(name)?.dispose();
          made.delete(name);
        }
      }
    } catch (error) {
      for (const tensor of made.values()) tensor.dispose();
      throw error;
    }
    return Object.fromEntries(made);
  };

  return {
    plan,
    run,
    dispose: async () => {
      for (const graph of compiled) await graph.dispose();
    },
  };
}

function feed(feeds: Readonly<Record<string, Feed>>, name: string): Feed {
  const tensor = feeds[name];
  if (tensor === undefined) throw new AppError('shape-mismatch', { message: `nothing is fed for ${name}` });
  return tensor;
}
