/** @file The numbers a job starts from, for the pages that estimate and for the flows that order. Facts of the models are read from them. */
import { type Effort, effortNames } from '#models/jobs/train-job.ts';
import { photoLimits } from '#models/jobs/fields.ts';
import type { SchedulerId } from '#models/schedulers/index.ts';
import { trainingPresets, trialPictures } from '#models/training/presets.ts';

export type { Effort };
export const efforts = effortNames;

export const fewestPhotos = photoLimits.fewest;
export const recommendedPhotos = photoLimits.recommended;
export const mostPhotos = photoLimits.most;
/** What the contact sheet holds, photos that are left out included: enough to find 25 good ones among. */
export const mostKeptPhotos = 60;

/** Test prints in a run, beside the untrained one. */
export const printsPerRun = 6;
/** Steps of a test print, as the engine draws it. */
const printSteps = 12;

/** Training samples for an effort. */
export function samplesFor(effort: Effort): number {
  return trainingPresets[effort].samples;
}

/** Denoising steps that a run draws beside learning: its test prints, and the pictures that its snapshots are tried with. */
export function drawnStepsFor(effort: Effort): number {
  return (1 + printsPerRun) * printSteps + trialPictures(trainingPresets[effort]) * pictureSteps;
}

/** The engine's measurement of a picture is for this many steps. */
export const pictureSteps = 20;
export const pictureScheduler: SchedulerId = 'dpm-solver-multistep';
export const likenessWeight = 1;
