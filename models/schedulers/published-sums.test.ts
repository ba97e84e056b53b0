/** @file The sums that diffusers' own tests expect (Apache-2.0, commit 58eb52c): numbers nobody here made. */
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { TorchRandom } from '../tensor/random.ts';
import { defaultSchedulerId, readSchedulerConfig, schedulers } from './index.ts';

type Sums = Record<'abs_sum' | 'abs_mean', { value: number; tol: number } | undefined>;
const path = new URL('../testing/golden/schedulers-published.json', import.meta.url);
const published = (JSON.parse(readFileSync(path, 'utf8')) as { schedulers: Record<string, Record<string, Sums>> }).schedulers;

const count = 4 * 3 * 8 * 8;
/** arange(768) / 768 as [3, 8, 8, 4], axes moved to [4, 3, 8, 8]; element i of the source is `fill(i)`. */
const moved = (fill: (index: number) => number): Float32Array =>
  Float32Array.from({ length: count }, (_, index) => fill((index % 192) * 4 + Math.floor(index / 192)) / count);
const dummySample = moved((index) => index);
const dummyNoise = moved((index) => count - 1 - index);

interface Case {
  file: string;
  test: string;
  config: Record<string, unknown>;
  steps?: number;
  start?: number;
}
const linear = { num_train_timesteps: 1000, beta_start: 0.0001, beta_end: 0.02, beta_schedule: 'linear' };
const ddim = { ...linear, _class_name: 'DDIMScheduler', clip_sample: true };
const euler = { ...linear, _class_name: 'EulerDiscreteScheduler', num_train_timesteps: 1100 };
const ancestral = { ...linear, _class_name: 'EulerAncestralDiscreteScheduler', num_train_timesteps: 1100 };
const dpm = {
  ...linear,
  _class_name: 'DPMSolverMultistepScheduler',
  lower_order_final: false,
  final_sigmas_type: 'sigma_min',
};
const lcm = { ...linear, _class_name: 'LCMScheduler', beta_start: 0.00085, beta_end: 0.012, beta_schedule: 'scaled_linear' };
const heun = { ...linear, _class_name: 'HeunDiscreteScheduler', num_train_timesteps: 1100 };
const unipc = { ...linear, _class_name: 'UniPCMultistepScheduler', solver_order: 2, solver_type: 'bh2', final_sigmas_type: 'sigma_min' };
const deis = { ...linear, _class_name: 'DEISMultistepScheduler', solver_order: 2 };
const tcd = { ...lcm, _class_name: 'TCDScheduler' };
const velocity = { prediction_type: 'v_prediction' };

const cases: Case[] = [
  { file: 'ddim', test: 'test_full_loop_no_noise', config: ddim },
  { file: 'ddim', test: 'test_full_loop_with_v_prediction', config: { ...ddim, ...velocity } },
  { file: 'ddim', test: 'test_full_loop_with_set_alpha_to_one', config: { ...ddim, set_alpha_to_one: true, beta_start: 0.01 } },
  { file: 'ddim', test: 'test_full_loop_with_no_set_alpha_to_one', config: { ...ddim, set_alpha_to_one: false, beta_start: 0.01 } },
  { file: 'ddim', test: 'test_full_loop_with_noise', config: ddim, start: 8 },
  { file: 'euler', test: 'test_full_loop_no_noise', config: euler },
  { file: 'euler', test: 'test_full_loop_with_v_prediction', config: { ...euler, ...velocity } },
  { file: 'euler', test: 'test_full_loop_device_karras_sigmas', config: { ...euler, use_karras_sigmas: true } },
  { file: 'euler', test: 'test_full_loop_with_noise', config: euler, start: 8 },
  { file: 'euler_ancestral', test: 'test_full_loop_no_noise', config: ancestral },
  { file: 'euler_ancestral', test: 'test_full_loop_with_v_prediction', config: { ...ancestral, ...velocity } },
  { file: 'euler_ancestral', test: 'test_full_loop_with_noise', config: ancestral, start: 8 },
  { file: 'dpm_multi', test: 'test_full_loop_no_noise', config: dpm },
  { file: 'dpm_multi', test: 'test_full_loop_with_noise', config: dpm, start: 5 },
  { file: 'dpm_multi', test: 'test_full_loop_with_v_prediction', config: { ...dpm, ...velocity } },
  { file: 'dpm_multi', test: 'test_full_loop_with_karras_and_v_prediction', config: { ...dpm, ...velocity, use_karras_sigmas: true } },
  { file: 'lcm', test: 'test_full_loop_onestep', config: lcm, steps: 1 },
  { file: 'lcm', test: 'test_full_loop_multistep', config: lcm },
  { file: 'heun', test: 'test_full_loop_no_noise', config: heun },
  { file: 'heun', test: 'test_full_loop_with_v_prediction', config: { ...heun, ...velocity } },
  { file: 'heun', test: 'test_full_loop_device_karras_sigmas', config: { ...heun, use_karras_sigmas: true } },
  { file: 'heun', test: 'test_full_loop_with_noise', config: heun, start: 16 },
  { file: 'unipc', test: 'test_full_loop_no_noise', config: unipc },
  { file: 'unipc', test: 'test_full_loop_with_karras', config: { ...unipc, use_karras_sigmas: true } },
  { file: 'unipc', test: 'test_full_loop_with_v_prediction', config: { ...unipc, ...velocity } },
  { file: 'unipc', test: 'test_full_loop_with_karras_and_v_prediction', config: { ...unipc, ...velocity, use_karras_sigmas: true } },
  { file: 'unipc', test: 'test_full_loop_with_noise', config: unipc, start: 8 },
  { file: 'deis', test: 'test_full_loop_no_noise', config: deis },
  { file: 'deis', test: 'test_full_loop_with_v_prediction', config: { ...deis, ...velocity } },
  { file: 'deis', test: 'test_full_loop_with_noise', config: deis, start: 8 },
  { file: 'tcd', test: 'test_full_loop_onestep_deter', config: tcd, steps: 1 },
];

function runLoop({ config, steps = 10, start = 0 }: Case): Float32Array {
  const parsed = readSchedulerConfig(JSON.stringify(config));
  const sampler = schedulers[defaultSchedulerId(parsed)].create(parsed, steps);
  const random = new TorchRandom(0);
  let sample: Float32Array = dummySample.map((value) => value * sampler.initialNoiseScale);
  if (start > 0) sample = sampler.addNoise(sample, dummyNoise, start);
  for (let step = start; step < sampler.timesteps.length; step++) {
    const timestep = sampler.timesteps[step]!;
    const input = sampler.scaleModelInput(sample, step);
    const output = input.map((value) => (value * timestep) / (timestep + 1));
    // The published loops hand the scaled input on as the sample: not a way to make pictures, but it is what was summed.
    sample = sampler.step(output, step, input, sampler.needsNoise(step) ? random.normal(count) : undefined);
  }
  return sample;
}

describe('whole loops end in the sums that diffusers publishes', () => {
  test.each(cases)('$file $test', (one) => {
    const total = runLoop(one).reduce((sum, value) => sum + Math.abs(value), 0);
    const { abs_sum: sum, abs_mean: mean } = published[one.file]![one.test]!;
    if (sum) expect(Math.abs(total - sum.value)).toBeLessThan(sum.tol + 1e-6 * sum.value); // float32 sums of 768 large values
    if (mean) expect(Math.abs(total / count - mean.value)).toBeLessThan(mean.tol);
    expect(sum ?? mean).toBeDefined();
  });
});

test('one DEIS step is the line that SDXS is shipped with elsewhere (react-native-executorch, text-to-image, which pins its two factors)', () => {
  const stableDiffusion = { _class_name: 'DEISMultistepScheduler', beta_start: 0.00085, beta_end: 0.012, beta_schedule: 'scaled_linear' };
  const sampler = schedulers['deis-multistep'].create(readSchedulerConfig(JSON.stringify(stableDiffusion)), 1);
  expect([...sampler.timesteps]).toEqual([999]);
  const [fromSample, fromOutput] = sampler.step(Float32Array.of(0, 1), 0, Float32Array.of(1, 0));
  expect(fromSample).toBeCloseTo(14.642591, 4);
  expect(fromOutput).toBeCloseTo(-14.579279, 4);
});
