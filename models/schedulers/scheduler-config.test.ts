import { describe, expect, test } from 'vitest';
import { isAppError } from '../errors/app-error.ts';
import { defaultSchedulerId, readSchedulerConfig, schedulerIds } from './index.ts';
import { roundHalfToEven } from './timesteps.ts';

const failure = (text: string): unknown => {
  try {
    return readSchedulerConfig(text);
  } catch (error) {
    return error;
  }
};

test('the file of Stable Diffusion 1.5 is read, and only what it states is kept', () => {
  const config = readSchedulerConfig(`{
    "_class_name": "PNDMScheduler", "_diffusers_version": "0.6.0", "beta_end": 0.012, "beta_schedule": "scaled_linear",
    "beta_start": 0.00085, "num_train_timesteps": 1000, "set_alpha_to_one": false, "skip_prk_steps": true,
    "steps_offset": 1, "trained_betas": null, "clip_sample": false }`);
  expect(config.stated).toEqual({
    betaEnd: 0.012,
    betaSchedule: 'scaled_linear',
    betaStart: 0.00085,
    trainSteps: 1000,
    setAlphaToOne: false,
    stepsOffset: 1,
    clipSample: false,
  });
  expect(schedulerIds).toContain(defaultSchedulerId(config));
});

test('the -Infinity that Python writes into JSON means that nothing is clipped', () => {
  const text = '{"_class_name": "DPMSolverMultistepScheduler", "lambda_min_clipped": -Infinity}';
  expect(readSchedulerConfig(text).stated).toEqual({});
});

describe('what we do not build is refused in a sentence, never guessed', () => {
  test.each([
    ['an unknown class', '{"_class_name": "FlowMatchEulerDiscreteScheduler"}', /FlowMatchEuler.*known are .*DDIMScheduler/],
    ['no class', '{}', /undefined/],
    ['an unknown beta schedule', '{"_class_name": "DDIMScheduler", "beta_schedule": "sigmoid"}', /beta_schedule.*sigmoid.*linear/],
    ['an unknown prediction', '{"_class_name": "DDIMScheduler", "prediction_type": "flow"}', /prediction_type/],
    ['a stochastic solver', '{"_class_name": "DPMSolverMultistepScheduler", "algorithm_type": "sde-dpmsolver++"}', /algorithm_type/],
    ['thresholding', '{"_class_name": "DDIMScheduler", "thresholding": true}', /thresholding/],
    ['a Runge-Kutta start', '{"_class_name": "PNDMScheduler", "skip_prk_steps": false}', /skip_prk_steps/],
    ['a corrector that pauses', '{"_class_name": "UniPCMultistepScheduler", "disable_corrector": [0]}', /disable_corrector/],
    ['a solver of third order', '{"_class_name": "DEISMultistepScheduler", "solver_order": 3}', /solver_order.*1 or 2/],
    ['a number that is text', '{"_class_name": "DDIMScheduler", "num_train_timesteps": "1000"}', /num_train_timesteps/],
    ['broken JSON', '{"_class_name": ', /not JSON/],
    ['a list', '[]', /no object/],
  ])('%s', (_, text, message) => {
    const error = failure(text);
    expect(isAppError(error, 'model-unknown')).toBe(true);
    if (isAppError(error)) {
      expect(error.message).toMatch(message);
      expect(error.help).toMatch(/\.$/);
    }
  });
});

test('rounding is that of NumPy: halves go to the even number', () => {
  expect([0.5, 1.5, 2.5, 3.5, 2.4, 2.6].map(roundHalfToEven)).toEqual([0, 2, 2, 4, 2, 3]);
});
