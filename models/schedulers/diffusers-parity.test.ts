import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { TorchRandom } from '../tensor/random.ts';
import { defaultSchedulerId, readSchedulerConfig, schedulers } from './index.ts';
import { addNoise, noiseSchedule, trainingTarget } from './noise-schedule.ts';
import { resolveOptions } from './scheduler-config.ts';

interface Run {
  config: Record<string, unknown>;
  steps: number;
  start: number;
  eta?: number;
  timesteps: number[];
  initialNoiseScale: number;
  trace: number[];
  final: number[];
  sigmas?: number[];
}
interface Schedule {
  name: string;
  config: Record<string, unknown>;
  every50: number[];
  last: number[];
  noisy400: number[];
  velocity400: number[];
}
const path = new URL('../testing/golden/schedulers.json', import.meta.url);
const golden = JSON.parse(readFileSync(path, 'utf8')) as { schedules: Schedule[]; runs: Run[] };

/** Largest difference, relative to the largest expected value or 1. */
function difference(actual: ArrayLike<number>, expected: readonly number[]): number {
  expect(actual.length).toBe(expected.length);
  const scale = Math.max(1, ...expected.map(Math.abs));
  return Math.max(...expected.map((value, index) => Math.abs(actual[index]! - value))) / scale;
}

const model = (input: Float32Array, timestep: number): Float32Array => input.map((value) => 0.6 * Math.sin(1.7 * value + timestep / 300) + 0.1 * value);

const name = ({ config, steps, start, eta }: Run): string =>
  `${Object.values(config).join(' ')}, ${steps} steps${start ? ` from ${start}` : ''}${eta === undefined ? '' : `, eta ${eta}`}`;

describe('every run is the run of diffusers', () => {
  test.each(golden.runs.map((run) => [name(run), run] as const))('%s', (_, run) => {
    const read = readSchedulerConfig(JSON.stringify(run.config));
    const config = run.eta === undefined ? read : { ...read, stated: { ...read.stated, eta: run.eta } };
    const sampler = schedulers[defaultSchedulerId(config)].create(config, run.steps);
    expect(difference(sampler.timesteps, run.timesteps)).toBeLessThan(1e-6);
    expect(sampler.initialNoiseScale / run.initialNoiseScale).toBeCloseTo(1, 5);
    if (run.sigmas) expect(difference(sampler.noiseLevels, run.sigmas)).toBeLessThan(2e-5);

    const random = new TorchRandom(run.steps);
    const noise = random.normal(24);
    const original = Float32Array.from({ length: 24 }, (_, index) => -1 + (2 * index) / 23);
    let sample = run.start ? sampler.addNoise(original, noise, run.start) : noise.map((value) => value * sampler.initialNoiseScale);
    run.trace.forEach((expected, index) => {
      const step = run.start + index;
      const output = model(sampler.scaleModelInput(sample, step), sampler.timesteps[step]!);
      sample = sampler.step(output, step, sample, sampler.needsNoise(step) ? random.normal(24) : undefined);
      expect(difference([sample[0]!], [expected]), `step ${step}`).toBeLessThan(3e-5);
    });
    expect(difference(sample, run.final)).toBeLessThan(3e-5);
  });
});

describe('training noise is that of diffusers', () => {
  test.each(golden.schedules)('$name', ({ config, every50, last, noisy400, velocity400 }) => {
    const options = resolveOptions(readSchedulerConfig(JSON.stringify(config)));
    const schedule = noiseSchedule({ ...options, predictionType: 'v_prediction' });
    expect(
      difference(
        schedule.alphasCumprod.filter((_, index) => index % 50 === 0),
        every50,
      ),
    ).toBeLessThan(1e-6);
    expect(difference(schedule.alphasCumprod.slice(-2), last)).toBeLessThan(1e-6);

    const original = Float32Array.of(-1, -0.5, 0, 0.5, 1);
    const noise = Float32Array.of(0.3, -1, 2, 0.1, -0.4);
    expect(difference(addNoise(schedule, original, noise, 400), noisy400)).toBeLessThan(1e-6);
    expect(difference(trainingTarget(schedule, original, noise, 400), velocity400)).toBeLessThan(1e-6);
    expect(trainingTarget({ ...schedule, predictionType: 'epsilon' }, original, noise, 400)).toEqual(noise);
    expect(trainingTarget({ ...schedule, predictionType: 'sample' }, original, noise, 400)).toEqual(original);
  });
});
