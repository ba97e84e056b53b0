/** @file Reads a diffusers `scheduler_config.json`: how the model was taught to see noise, and which options it states. */
import { AppError } from '../errors/app-error.ts';

export const betaSchedules = ['linear', 'scaled_linear', 'squaredcos_cap_v2'] as const;
export const predictionTypes = ['epsilon', 'v_prediction', 'sample'] as const;
export const timestepSpacings = ['leading', 'trailing', 'linspace'] as const;
export const finalSigmaTypes = ['zero', 'sigma_min'] as const;
/** UniPC knows the last two; every other class takes all of them for its own one. */
export const solverTypes = ['midpoint', 'logrho', 'bh1', 'bh2'] as const;

export type BetaSchedule = (typeof betaSchedules)[number];
export type PredictionType = (typeof predictionTypes)[number];
export type TimestepSpacing = (typeof timestepSpacings)[number];

/** Every option we honour, with the name diffusers gives it in the file. */
export interface SchedulerOptions {
  trainSteps: number;
  betaStart: number;
  betaEnd: number;
  betaSchedule: BetaSchedule;
  predictionType: PredictionType;
  timestepSpacing: TimestepSpacing;
  stepsOffset: number;
  setAlphaToOne: boolean;
  clipSample: boolean;
  clipSampleRange: number;
  rescaleBetasZeroSnr: boolean;
  useKarrasSigmas: boolean;
  finalSigmasType: (typeof finalSigmaTypes)[number];
  solverOrder: number;
  solverType: (typeof solverTypes)[number];
  lowerOrderFinal: boolean;
  eulerAtFinal: boolean;
  lambdaMinClipped: number;
  originalInferenceSteps: number;
  timestepScaling: number;
  /** How much of the noise is fresh, 0 to 1; in no file, but asked for with a picture. */
  eta: number;
}

/**
 * What a file states, and only that. Each scheduler fills the rest with its own defaults, as diffusers does when one scheduler is
 * made from the configuration of another.
 */
export interface SchedulerConfig {
  readonly className: string;
  readonly stated: Partial<SchedulerOptions>;
}

/** What diffusers assumes where neither the file nor the scheduler says otherwise. */
const commonDefaults: SchedulerOptions = {
  trainSteps: 1000,
  betaStart: 0.0001,
  betaEnd: 0.02,
  betaSchedule: 'linear',
  predictionType: 'epsilon',
  timestepSpacing: 'linspace',
  stepsOffset: 0,
  setAlphaToOne: true,
  clipSample: false,
  clipSampleRange: 1,
  rescaleBetasZeroSnr: false,
  useKarrasSigmas: false,
  finalSigmasType: 'zero',
  solverOrder: 2,
  solverType: 'bh2',
  lowerOrderFinal: true,
  eulerAtFinal: false,
  lambdaMinClipped: -Infinity,
  originalInferenceSteps: 50,
  timestepScaling: 10,
  eta: 0,
};

/** The stated options over `own` over the common defaults. */
export function resolveOptions(config: SchedulerConfig, own: Partial<SchedulerOptions> = {}): SchedulerOptions {
  return { ...commonDefaults, ...own, ...config.stated };
}

/** Options of diffusers that we do not build: name -> the values that mean "off" and are fine. */
const harmlessValues: Readonly<Record<string, readonly unknown[]>> = {
  trained_betas: [null],
  thresholding: [false],
  interpolation_type: ['linear'],
  timestep_type: ['discrete'],
  use_exponential_sigmas: [false, null],
  use_beta_sigmas: [false, null],
  use_lu_lambdas: [false, null],
  use_flow_sigmas: [false, null],
  sigma_min: [null],
  sigma_max: [null],
  variance_type: [null, 'fixed_small', 'fixed_large', 'fixed_small_log', 'fixed_large_log'],
  algorithm_type: ['dpmsolver++', 'deis'], // diffusers turns each into the other where a class has only one
  predict_x0: [true],
  solver_p: [null],
  shift_terminal: [null],
  use_dynamic_shifting: [false],
};

/**
 * Reads the text of a `scheduler_config.json`. Python writes -Infinity there, which is not JSON; it means "not limited".
 *
 * @param knownClasses the class names that the caller can do something with
 * @throws {AppError} `model-unknown` if it is not such a file, or names a class or an option that we do not build
 */
export function parseSchedulerConfig(text: string, knownClasses: readonly string[]): SchedulerConfig {
  const file = parseObject(text);
  const className = String(file['_class_name']);
  if (!knownClasses.includes(className)) {
    throw new AppError('model-unknown', {
      message: `the scheduler is a ${className}, known are ${knownClasses.join(', ')}`,
      help: 'Choose a Stable Diffusion 1.x or 2.x model, or replace its scheduler_config.json by one of a known class.',
    });
  }
  for (const [name, allowed] of Object.entries(harmlessValues)) {
    const value = file[name];
    if (value !== undefined && !allowed.includes(value)) throw unknownOption(name, value, allowed);
  }
  // Runge-Kutta steps at the start, twelve calls more; every published Stable Diffusion skips them.
  if (className === 'PNDMScheduler' && file['skip_prk_steps'] === false) throw unknownOption('skip_prk_steps', false, [true]);
  const uncorrected = file['disable_corrector'] ?? [];
  if (!Array.isArray(uncorrected) || uncorrected.length > 0) throw unknownOption('disable_corrector', uncorrected, [[]]);
  return { className, stated: readOptions(file) };
}

function parseObject(text: string): Record<string, unknown> {
  try {
    const parsed: unknown = JSON.parse(text.replace(/:\s*-?Infinity\b/g, ': null'));
    if (typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed)) return parsed as Record<string, unknown>;
  } catch (cause) {
    throw new AppError('model-unknown', { message: 'scheduler_config.json is not JSON', help: 'Download the model again.', cause });
  }
  throw new AppError('model-unknown', { message: 'scheduler_config.json holds no object', help: 'Download the model again.' });
}

function readOptions(file: Record<string, unknown>): Partial<SchedulerOptions> {
  const stated: Partial<Record<keyof SchedulerOptions, unknown>> = {};
  const read = (key: keyof SchedulerOptions, name: string, isValid: (value: unknown) => boolean, allowed: readonly unknown[]): void => {
    const value = file[name];
    if (value === undefined || value === null) return;
    if (!isValid(value)) throw unknownOption(name, value, allowed);
    stated[key] = value;
  };
  const number = (key: keyof SchedulerOptions, name: string, least = 0): void =>
    read(key, name, (value) => Number.isFinite(value) && Number(value) >= least, [`a number from ${least}`]);
  const flag = (key: keyof SchedulerOptions, name: string): void => read(key, name, (value) => typeof value === 'boolean', [true, false]);
  const choice = (key: keyof SchedulerOptions, name: string, allowed: readonly unknown[]): void => read(key, name, (value) => allowed.includes(value), allowed);

  number('trainSteps', 'num_train_timesteps', 2);
  number('betaStart', 'beta_start');
  number('betaEnd', 'beta_end');
  choice('betaSchedule', 'beta_schedule', betaSchedules);
  choice('predictionType', 'prediction_type', predictionTypes);
  choice('timestepSpacing', 'timestep_spacing', timestepSpacings);
  number('stepsOffset', 'steps_offset');
  flag('setAlphaToOne', 'set_alpha_to_one');
  flag('clipSample', 'clip_sample');
  number('clipSampleRange', 'clip_sample_range');
  flag('rescaleBetasZeroSnr', 'rescale_betas_zero_snr');
  flag('useKarrasSigmas', 'use_karras_sigmas');
  choice('finalSigmasType', 'final_sigmas_type', finalSigmaTypes);
  choice('solverOrder', 'solver_order', [1, 2]);
  choice('solverType', 'solver_type', solverTypes);
  flag('lowerOrderFinal', 'lower_order_final');
  flag('eulerAtFinal', 'euler_at_final');
  number('lambdaMinClipped', 'lambda_min_clipped', -1000);
  number('originalInferenceSteps', 'original_inference_steps', 1);
  number('timestepScaling', 'timestep_scaling');
  return stated as Partial<SchedulerOptions>;
}

function unknownOption(name: string, value: unknown, allowed: readonly unknown[]): AppError {
  return new AppError('model-unknown', {
    message: `the scheduler option ${name} is ${JSON.stringify(value)}, we build ${allowed.map((one) => JSON.stringify(one)).join(' or ')}`,
    help: 'Choose another model, or another scheduler for this one.',
  });
}
