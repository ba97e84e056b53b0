import { expect, test } from 'vitest';
import { noiseSchedule } from '../schedulers/noise-schedule.ts';
import { resolveOptions } from '../schedulers/scheduler-config.ts';
import { drawSample, type SamplePlan, type TrainingSet } from './training-set.ts';

const schedule = noiseSchedule(
  resolveOptions({ className: 'DDIMScheduler', stated: { betaSchedule: 'scaled_linear', betaStart: 0.00085, betaEnd: 0.012, trainSteps: 1000 } }),
);
const view = (caption: string) => ({ latent: new Float32Array(4).fill(1), lossWeight: new Float32Array(1).fill(1), caption });
const set: TrainingSet = {
  latentShape: [4, 1, 1],
  examples: [{ views: [view('near'), view('far')] }, { views: [view('near'), view('far')] }],
  embeddings: new Map([
    ['', Float32Array.of(0)],
    ['near', Float32Array.of(1)],
    ['far', Float32Array.of(2)],
  ]),
};
const plan: SamplePlan = { seed: 3, captionDropout: 0.1 };
const timesteps = (noiseLevels: SamplePlan['noiseLevels'], count: number): number[] =>
  Array.from({ length: count }, (_, index) => drawSample(set, schedule, index, { ...plan, ...(noiseLevels && { noiseLevels }) }).timestep);

/** The fullest tenth of the range less the emptiest, of `count` samples. */
function unevenness(values: readonly number[]): number {
  const tenths = Array.from({ length: 10 }, (_, tenth) => values.filter((value) => Math.floor(value / 100) === tenth).length);
  return Math.max(...tenths) - Math.min(...tenths);
}

test('an even spread fills every tenth of the noise levels almost alike, a random one does not', () => {
  expect(unevenness(timesteps({ spread: 'even', highest: 1 }, 100))).toBeLessThanOrEqual(2);
  expect(unevenness(timesteps({ spread: 'random', highest: 1 }, 100))).toBeGreaterThan(4);
  expect(timesteps(undefined, 100)).toEqual(timesteps({ spread: 'even', highest: 1 }, 100));
});

test('levels above the highest are never drawn, and the others as evenly as before', () => {
  const all = timesteps({ spread: 'even', highest: 1 }, 500);
  const capped = timesteps({ spread: 'even', highest: 0.8 }, 500);
  expect(Math.max(...capped)).toBeLessThan(800);
  expect(Math.max(...capped)).toBeGreaterThan(780);
  capped.forEach((timestep, index) => expect(Math.abs(timestep - 0.8 * all[index]!)).toBeLessThanOrEqual(1));
});

test('each crop is drawn with its own caption, some with none, and the same sample is drawn again for its number', () => {
  const drawn = Array.from({ length: 400 }, (_, index) => drawSample(set, schedule, index, plan).embedding[0]);
  const count = (wanted: number): number => drawn.filter((value) => value === wanted).length;
  expect(count(0)).toBeGreaterThan(20);
  expect(count(0)).toBeLessThan(64);
  expect(Math.abs(count(1) - count(2))).toBeLessThan(70);
  expect(drawSample(set, schedule, 17, plan)).toEqual(drawSample(set, schedule, 17, plan));
});
