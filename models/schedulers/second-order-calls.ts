/** @file Samplers that ask the model twice in a step: call 2k begins step k, call 2k + 1 ends it; the last step takes one call. */

/** The two calls of a step share this much: made by the first, read by the second. */
export interface OpenStep {
  /** The first call. */
  readonly call: number;
  /** The sample that the step started from. */
  readonly sample: Float32Array;
}

/** Calls of a run of `steps` steps. */
export function callsOf(steps: number): number {
  return 2 * steps - 1;
}

/** True for the call that begins a step. */
export function beginsStep(call: number): boolean {
  return call % 2 === 0;
}

/**
 * The open step that `call` ends.
 *
 * @throws {RangeError} if the call before it was not made: runs begin with the first call of a step
 */
export function openStep<T extends OpenStep>(open: T | undefined, call: number): T {
  if (open?.call === call - 1) return open;
  throw new RangeError(`call ${call} ends a step that was not begun`);
}
