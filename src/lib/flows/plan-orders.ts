/** @file From "four of each look" to a list of picture orders with prompts and seeds. Pure, so that it is tested in Node. */
import { drawnForEachAsked } from '#models/ranking/index.ts';
import type { Subject } from '#models/text/prompt.ts';
import type { PictureOrder } from '#workers/contract/engine.ts';
import { type Look, promptsOf } from './looks.ts';

export interface PlannedLook {
  readonly look: Look;
  readonly count: number;
  /** How many are drawn to choose the best `count` from; as many, where it is not given. */
  readonly drawn?: number;
}

/** The longest that the pictures beyond those asked for may take together. */
const mostSpareSeconds = 15 * 60;

/**
 * The same plan with half as many again to choose from. A look that is asked for once is drawn once: there is nothing to choose for it.
 *
 * @param secondsPerPicture as measured on this computer; null, where nothing was, draws no more than asked for
 */
export function withSpares(plan: readonly PlannedLook[], secondsPerPicture: number | null): readonly PlannedLook[] {
  const more = plan.map((entry) => ({ ...entry, drawn: Math.floor(entry.count * drawnForEachAsked) }));
  const spares = drawnIn(more) - drawnIn(plan);
  return secondsPerPicture !== null && spares * secondsPerPicture <= mostSpareSeconds ? more : plan;
}

/** How many pictures a plan draws. */
export function drawnIn(plan: readonly PlannedLook[]): number {
  return plan.reduce((sum, { count, drawn }) => sum + (drawn ?? count), 0);
}

/**
 * One order per picture, dealt round the looks so that each look shows up early in the queue.
 *
 * @param guidance   for every picture; null takes each look's own
 * @param firstSeed  seeds count up from here, modulo 2^32: the same plan and seed give the same pictures
 * @param batchId    kept with the pictures of looks of which more are drawn than asked for
 */
export function planOrders(plan: readonly PlannedLook[], subject: Subject, guidance: number | null, firstSeed: number, batchId = ''): PictureOrder[] {
  const rounds = Math.max(0, ...plan.map(drawnOf));
  const dealt = Array.from({ length: rounds }, (_, round) => plan.filter((entry) => drawnOf(entry) > round)).flat();
  return dealt.map(({ look, count, drawn }, index) => ({
    styleId: look.id,
    ...promptsOf(look, subject),
    guidance: guidance ?? look.guidance,
    seed: (firstSeed + index) % 2 ** 32,
    ...(drawn === undefined || drawn <= count ? {} : { batch: { id: batchId, wanted: count } }),
  }));
}

function drawnOf({ count, drawn }: PlannedLook): number {
  return drawn ?? count;
}
