/** @file The registry of schedulers: menus, job schemas and the command line read their names from here. */
import { ddim } from './ddim.ts';
import { dpmSolverMultistep } from './dpm-solver-multistep.ts';
import { eulerAncestral } from './euler-ancestral.ts';
import { euler } from './euler.ts';
import { lcm } from './lcm.ts';
import { parseSchedulerConfig, type SchedulerConfig } from './scheduler-config.ts';
import type { SchedulerDefinition } from './scheduler.ts';

/** id -> scheduler, in the order of the menu. */
export const schedulers = {
  'dpm-solver-multistep': dpmSolverMultistep,
  ddim,
  euler,
  'euler-ancestral': eulerAncestral,
  lcm,
} as const satisfies Record<string, SchedulerDefinition>;

export type SchedulerId = keyof typeof schedulers;

/** All ids, in the order of the menu. */
export const schedulerIds = Object.keys(schedulers) as [SchedulerId, ...SchedulerId[]];

/** Classes whose files we read for their noise schedule; the named scheduler of ours samples in their place. */
const standIns: Readonly<Record<string, SchedulerId>> = {
  PNDMScheduler: 'dpm-solver-multistep', // what Stable Diffusion 1.x files name; PLMS is a multistep method too
  DDPMScheduler: 'ddim',
  DEISMultistepScheduler: 'dpm-solver-multistep',
  UniPCMultistepScheduler: 'dpm-solver-multistep',
  DPMSolverSinglestepScheduler: 'dpm-solver-multistep',
  LMSDiscreteScheduler: 'euler',
  HeunDiscreteScheduler: 'euler',
};

const idOfClass: ReadonlyMap<string, SchedulerId> = new Map([
  ...Object.entries(standIns),
  ...schedulerIds.map((id) => [schedulers[id].diffusersClass, id] as const),
]);

/**
 * Reads the text of a model's `scheduler_config.json`.
 *
 * @throws {AppError} `model-unknown` if its class or an option is none that we build
 */
export function readSchedulerConfig(text: string): SchedulerConfig {
  return parseSchedulerConfig(text, [...idOfClass.keys()]);
}

/** The scheduler that a model's own configuration asks for, or the nearest of ours. */
export function defaultSchedulerId(config: SchedulerConfig): SchedulerId {
  return idOfClass.get(config.className) ?? 'ddim';
}
