/** @file The numbers a job starts from, for the pages that estimate and for the flows that order. Facts of the models are read from them. */
import { type Effort, effortNames } from '#models/jobs/train-job.ts';
import { photoLimits } from '#models/jobs/fields.ts';
import type { SchedulerId } from '#models/schedulers/index.ts';
import { trainingDefaults } from '#models/training/training-defaults.ts';

export type { Effort };
export const efforts = effortNames;

export const fewestPhotos = photoLimits.fewest;
export const recommendedPhotos = photoLimits.recommended;
export const mostPhotos = photoLimits.most;
/** What the contact sheet holds, photos that are left out included: enough to find 25 good ones among. */
export const mostKeptPhotos = 60;

const shareOfDefault: Readonly<Record<Effort, number>> = { fast: 0.5, normal: 1, thorough: 2 };

/** Training samples for an effort; `normal` is what the models' own table recommends. */
export function samplesFor(effort: Effort): number {
  return Math.round(trainingDefaults.samples * shareOfDefault[effort]);
}

/** The engine's measurement of a picture is for this many steps. */
export const pictureSteps = 20;
export const pictureScheduler: SchedulerId = 'dpm-solver-multistep';
export const likenessWeight = 1;
