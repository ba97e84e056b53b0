import { describe, expect, test } from 'vitest';
import { TorchRandom } from '../tensor/random.ts';
import { readSchedulerConfig, schedulerIds, schedulers } from './index.ts';
import type { Sampler } from './scheduler.ts';

const stableDiffusion = readSchedulerConfig(
  JSON.stringify({
    _class_name: 'PNDMScheduler',
    num_train_timesteps: 1000,
    beta_start: 0.00085,
    beta_end: 0.012,
    beta_schedule: 'scaled_linear',
    steps_offset: 1,
    clip_sample: false,
    timestep_spacing: 'leading',
  }),
);
const count = 48;
const picture = Float32Array.from({ length: count }, (_, index) => Math.sin(index));

/** Predicts the noise exactly: it knows the picture. */
function perfectModel(sampler: Sampler, input: Float32Array, step: number): Float32Array {
  const level = sampler.noiseLevels[step]!;
  const pictureScale = 1 / Math.sqrt(level ** 2 + 1);
  return input.map((value, index) => (value - pictureScale * picture[index]!) / (level * pictureScale));
}

type Model = (sampler: Sampler, input: Float32Array, step: number) => Float32Array;

function sampleWith(sampler: Sampler, model: Model, seed: number): Float32Array {
  const random = new TorchRandom(seed);
  let sample: Float32Array = random.normal(count).map((value) => value * sampler.initialNoiseScale);
  for (let step = 0; step < sampler.timesteps.length; step++) {
    const output = model(sampler, sampler.scaleModelInput(sample, step), step);
    sample = sampler.step(output, step, sample, sampler.needsNoise(step) ? random.normal(count) : undefined);
  }
  return sample;
}

describe.each(schedulerIds)('%s', (id) => {
  const { create, ...definition } = schedulers[id];
  const plan = (steps: number = definition.recommendedSteps): Sampler => create(stableDiffusion, steps);

  test('introduces itself in one sentence', () => {
    expect(definition.label).toMatch(/\S/);
    expect(definition.advice).toMatch(/^[A-Z][^.!?]*\.$/);
    expect(definition.diffusersClass).toMatch(/Scheduler$/);
  });

  test('plans as many steps as asked, through timesteps and noise levels that only fall', () => {
    for (const steps of [1, 2, 7, 20, 50]) {
      const { timesteps, noiseLevels } = plan(steps);
      const calls = timesteps.length;
      expect(calls).toBeGreaterThanOrEqual(steps);
      expect(calls).toBeLessThanOrEqual(definition.callsPerStep * steps + 1);
      expect(noiseLevels).toHaveLength(calls + 1);
      expect(new Set(noiseLevels.slice(0, calls)).size).toBeGreaterThanOrEqual(steps);
      for (let call = 0; call < calls; call++) {
        expect(noiseLevels[call]).toBeGreaterThanOrEqual(noiseLevels[call + 1]!);
        if (call > 0) expect(timesteps[call]).toBeLessThanOrEqual(timesteps[call - 1]!);
      }
      expect(noiseLevels.at(-1)).toBeLessThan(noiseLevels.at(-2)!);
    }
  });

  test('gives the model pictures and noise of unit variance in all', () => {
    const sampler = plan();
    const noise = new TorchRandom(3).normal(count);
    for (const step of [0, 1, sampler.timesteps.length - 1]) {
      const level = sampler.noiseLevels[step]!;
      const input = sampler.scaleModelInput(sampler.addNoise(picture, noise, step), step);
      const expected = picture.map((value, index) => (value + level * noise[index]!) / Math.sqrt(level ** 2 + 1));
      input.forEach((value, index) => expect(value).toBeCloseTo(expected[index]!, 4));
    }
  });

  test('a perfect model recovers its picture, and every preview shows it', () => {
    const sampler = plan();
    const final = sampleWith(sampler, perfectModel, 11);
    // A scheduler that ends above zero noise leaves that much of it, times at most four standard deviations.
    const noiseLeft = 4 * sampler.noiseLevels.at(-1)! + 1e-3;
    final.forEach((value, index) => expect(Math.abs(value - picture[index]!)).toBeLessThan(noiseLeft));

    const sample = sampler.addNoise(picture, new TorchRandom(5).normal(count), 1);
    const seen = sampler.predictOriginal(perfectModel(sampler, sampler.scaleModelInput(sample, 1), 1), 1, sample);
    seen.forEach((value, index) => expect(value).toBeCloseTo(picture[index]!, 3));
  });

  test('the same seed gives the same sample, another seed another one; a run can be repeated on the same plan', () => {
    const model: Model = (_, input, step) => input.map((value) => Math.cos(3 * value + step));
    const sampler = plan();
    const first = sampleWith(sampler, model, 1);
    expect(sampleWith(sampler, model, 1)).toEqual(first);
    expect(sampleWith(plan(), model, 1)).toEqual(first);
    expect(sampleWith(plan(), model, 2)).not.toEqual(first);
    expect(first.every(Number.isFinite)).toBe(true);
  });

  test('leaves its arguments alone and refuses wrong ones', () => {
    const sampler = plan(4);
    const sample = new TorchRandom(1).normal(count);
    const before = sample.slice();
    const noise = new TorchRandom(2).normal(count);
    sampler.step(picture, 0, sample, noise);
    expect(sample).toEqual(before);
    expect(() => sampler.step(picture.slice(1), 0, sample, noise)).toThrow(/47 elements, sample 48/);
    expect(() => sampler.step(picture, sampler.timesteps.length, sample, noise)).toThrow(RangeError);
    expect(() => sampler.step(picture, -1, sample, noise)).toThrow(RangeError);
    if (definition.callsPerStep === 2) expect(() => plan(4).step(picture, 3, sample, noise)).toThrow(/was not begun/);
    if (sampler.needsNoise(0)) expect(() => sampler.step(picture, 0, sample)).toThrow(/needs 48 elements of noise/);
    for (const steps of [0, 1.5, 5000, NaN]) expect(() => plan(steps)).toThrow(/sampling steps/);
  });
});
