/** @file The learning rate as a function of the step number. */

export interface LearningRatePlan {
  readonly peak: number;
  /** Updates over which the rate rises from 0. */
  readonly warmupSteps: number;
  readonly totalSteps: number;
}

/**
 * Linear warm-up, then half a cosine down to zero.
 *
 * @param step number of updates made before this one, from 0
 * @see transformers' get_cosine_schedule_with_warmup
 */
export function warmupCosine({ peak, warmupSteps, totalSteps }: LearningRatePlan, step: number): number {
  if (step < warmupSteps) return (peak * step) / Math.max(1, warmupSteps);
  const progress = (step - warmupSteps) / Math.max(1, totalSteps - warmupSteps);
  return peak * Math.max(0, 0.5 * (1 + Math.cos(Math.PI * progress)));
}
