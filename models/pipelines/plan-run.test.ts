/** @file Where the steps lie when a drawing asks for other places than its model's configuration states. */
import { expect, test } from 'vitest';
import type { DrawingTerms } from './denoise.ts';
import { planRun } from './denoise.ts';
import type { LoadedModel } from './loaded-model.ts';

/** The scheduler of Stable Diffusion 1.5, as its file states it. */
const schedulerConfig: LoadedModel['schedulerConfig'] = {
  className: 'PNDMScheduler',
  stated: { betaStart: 0.00085, betaEnd: 0.012, betaSchedule: 'scaled_linear', setAlphaToOne: false, stepsOffset: 1 },
};
const terms: DrawingTerms = { prompt: '', negativePrompt: '', scheduler: 'ddim', steps: 8, guidance: 1, seed: 0, loras: [] };
const timesteps = (changes: Partial<DrawingTerms>): number[] => [...planRun({ schedulerConfig } as LoadedModel, { ...terms, ...changes }, 1).sampler.timesteps];

test('trailing, as Hyper-SD was taught, whatever the model says: the timesteps of DDIMScheduler(timestep_spacing="trailing")', () => {
  expect(timesteps({ timestepSpacing: 'trailing' })).toEqual([999, 874, 749, 624, 499, 374, 249, 124]);
});

test('where nothing is asked for, the model’s own: leading for DDIM', () => {
  expect(timesteps({})).toEqual([876, 751, 626, 501, 376, 251, 126, 1]);
});

test('LCM has steps of its own', () => {
  expect(timesteps({ scheduler: 'lcm', steps: 4 })).toEqual([999, 759, 499, 259]);
});
