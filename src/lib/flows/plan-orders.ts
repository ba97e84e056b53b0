/** @file From "four of each look" to a list of picture orders with prompts and seeds. Pure, so that it is tested in Node. */
import type { Subject } from '#models/text/prompt.ts';
import type { PictureOrder } from '#workers/contract/engine.ts';
import { type Look, promptsOf } from './looks.ts';

export interface PlannedLook {
  readonly look: Look;
  readonly count: number;
}

/**
 * One order per picture, dealt round the looks so that each look shows up early in the queue.
 *
 * @param guidance   for every picture; null takes each look's own
 * @param firstSeed  seeds count up from here, modulo 2^32: the same plan and seed give the same pictures
 */
export function planOrders(plan: readonly PlannedLook[], subject: Subject, guidance: number | null, firstSeed: number): PictureOrder[] {
  const rounds = Math.max(0, ...plan.map((entry) => entry.count));
  const dealt = Array.from({ length: rounds }, (_, round) => plan.filter((entry) => entry.count > round)).flat();
  return dealt.map(({ look }, index) => ({ styleId: look.id, ...promptsOf(look, subject), guidance: guidance ?? look.guidance, seed: (firstSeed + index) % 2 ** 32 }));
}
