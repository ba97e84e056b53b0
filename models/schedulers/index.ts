/** @file The registry of schedulers: menus, job schemas and the command line read their names from here. */
import { ddim } from './ddim.ts';
import { deisMultistep } from './deis-multistep.ts';
import { dpmSolverMultistep } from './dpm-solver-multistep.ts';
import { dpmSolverSde } from './dpm-solver-sde.ts';
import { eulerAncestral } from './euler-ancestral.ts';
import { euler } from './euler.ts';
import { heun } from './heun.ts';
import { lcm } from './lcm.ts';
import { pndm } from './pndm.ts';
import { parseSchedulerConfig, type SchedulerConfig } from './scheduler-config.ts';
import type { SchedulerDefinition } from './scheduler.ts';
import { tcd } from './tcd.ts';
import { uniPcMultistep } from './unipc-multistep.ts';

/** id -> scheduler, in the order of the menu. */
export const schedulers = {
  'dpm-solver-multistep': dpmSolverMultistep,
  ddim,
  euler,
  'euler-ancestral': eulerAncestral,
  heun,
  'dpm-solver-sde': dpmSolverSde,
  'unipc-multistep': uniPcMultistep,
  'deis-multistep': deisMultistep,
  pndm,
  lcm,
  tcd,
} as const satisfies Record<string, SchedulerDefinition>;

export type SchedulerId = keyof typeof schedulers;

/** All ids, in the order of the menu. */
export const schedulerIds = Object.keys(schedulers) as [SchedulerId, ...SchedulerId[]];

/** Classes whose files we read for their noise schedule; the named scheduler of ours samples in their place. */
const standIns: Readonly<Record<string, SchedulerId>> = {
  DDPMScheduler: 'ddim',
  DPMSolverSinglestepScheduler: 'dpm-solver-multistep',
  LMSDiscreteScheduler: 'euler',
  KDPM2DiscreteScheduler: 'heun',
  KDPM2AncestralDiscreteScheduler: 'euler-ancestral',
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
