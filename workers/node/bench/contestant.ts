/** @file One thing that is measured: an engine on a device, asked for one unit of work at a time so that all take turns. */
import { openModelDirectory } from '../model-directory.ts';
import type { GraphRunner } from '#models/runtime/graph-runner.ts';
import { openWorkload, type WorkloadOptions, type WorkUnit } from './workload.ts';

/** What one turn took. */
export interface Turn {
  readonly seconds: number;
  /** Processor time of all threads: what other programs on the machine change least. Null where it cannot be told. */
  readonly cpuSeconds: number | null;
}

export interface Contestant {
  readonly name: string;
  /** Units of work it can do. */
  readonly units: readonly WorkUnit[];
  /** Samples in one `train`. */
  readonly batchSize: number;
  /** Measured once after warming up and left out of the rounds: a software driver takes minutes for one batch. */
  readonly once: boolean;
  measure(unit: WorkUnit, count: number): Promise<Turn>;
  close(): Promise<void>;
}

export interface ContestantOptions extends WorkloadOptions {
  readonly model: string;
  readonly threads: number;
}

/** Thrown by a contestant that cannot be measured here; the message says why. */
export class NotMeasured extends Error {}

/** Our engine in this process. @param runner owned by the contestant */
export async function nodeContestant(name: string, runner: GraphRunner, options: ContestantOptions, once = false): Promise<Contestant> {
  const workload = await openWorkload(runner, openModelDirectory(options.model), options);
  return {
    name,
    units: ['train', 'denoise', 'frame', 'encode'],
    batchSize: options.batchSize,
    once,
    measure: async (unit, count) => {
      const [started, used] = [performance.now(), process.cpuUsage()];
      for (let i = 0; i < count; i++) await workload[unit]();
      const { user, system } = process.cpuUsage(used);
      return { seconds: (performance.now() - started) / 1000, cpuSeconds: (user + system) / 1e6 };
    },
    close: () => runner.dispose(),
  };
}
