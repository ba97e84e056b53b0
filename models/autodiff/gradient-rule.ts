/** @file What a gradient rule is given and what it gives back. */
import { AppError } from '../errors/app-error.ts';
import type { Value } from '../graph/graph.ts';
import type { OpName } from '../graph/ops/index.ts';
import type { GradientMath } from './gradient-math.ts';

/** One node of the forward graph, met on the way back. */
export interface RuleStep<A extends object> {
  readonly math: GradientMath;
  readonly inputs: readonly Value[];
  readonly outputs: readonly Value[];
  readonly attributes: A;
  /** Gradient of the first output. */
  readonly gradient: Value;
  /** Gradient of every output; undefined where the seeds do not depend on it. At least one is defined. */
  readonly gradients: readonly (Value | undefined)[];
}

/** Makes the gradient of one input, with exactly that input's dtype and shape. Called only if the gradient is wanted. */
export type Recipe = () => Value;

/** One recipe for each input; undefined for an input that no gradient reaches (a condition, an index). */
export type GradientRule<A extends object> = (step: RuleStep<A>) => readonly (Recipe | undefined)[];

/**
 * What the table says of an op: a rule; `flat`, its gradient is zero wherever it exists; or `not-differentiable`, we have
 * none and a path through it is an error.
 */
export type TableEntry<A extends object> = GradientRule<A> | 'flat' | 'not-differentiable';

/**
 * Refuses a form of an op that its rule does not cover.
 *
 * @throws {AppError} `op-unsupported` always
 */
export function noGradient(op: OpName, why: string, help?: string): never {
  throw new AppError('op-unsupported', { message: `no gradient of ${op}: ${why}`, ...(help === undefined ? {} : { help }) });
}
