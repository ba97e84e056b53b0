/** @file The numbers a job starts from, once, for the pages that estimate and for the flows that order. */

export const fewestPhotos = 2;
export const recommendedPhotos = 10;
export const mostPhotos = 25;

/** How long to learn, in samples. */
export type Effort = 'quick' | 'standard' | 'thorough';
export const efforts: readonly Effort[] = ['quick', 'standard', 'thorough'];

const samples: Readonly<Record<Effort, number>> = { quick: 600, standard: 1200, thorough: 2400 };

/** Training samples for an effort. */
export function samplesFor(effort: Effort): number {
  return samples[effort];
}

export const pictureSteps = 20;
export const pictureGuidance = 4;
export const pictureScheduler = 'dpm-solver-multistep';
export const likenessWeight = 1;
