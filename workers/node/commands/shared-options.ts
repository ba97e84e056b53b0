/** @file Options that several commands take, and how their values are read. */
import { AppError } from '#models/errors/app-error.ts';
import { writtenLayouts, type WrittenLayout } from '#models/lora/write-lora.ts';
import type { OpenModelOptions } from '#models/pipelines/open-model.ts';
import { predictionTypes, type PredictionType } from '#models/schedulers/scheduler-config.ts';

/** What to take of a model's files, and what a checkpoint in one file may leave open. */
export const openingOptions = {
  variant: {
    kind: 'text',
    value: 'NAME',
    help: 'weight files to take where a part has several, such as fp16; an error if no part has it (default: the plain ones)',
  },
  prediction: {
    kind: 'text',
    value: 'TYPE',
    help: `${predictionTypes.join(', ')}: what the model predicts (default: what inspect says; try the other one if pictures come out grey or noisy)`,
  },
} as const;

/** Which model, and what its files leave open. */
export const modelOptions = {
  model: { kind: 'text', value: 'PATH', help: 'model folder in diffusers format, or a checkpoint in one .safetensors file (default: builtin)' },
  ...openingOptions,
} as const;
export const reportOption = { kind: 'text', value: 'FILE.json', help: 'write timings, losses and peak memory' } as const;
export const seedOption = { kind: 'whole', least: 0, value: 'S', help: 'seed of every random choice (default: 0)' } as const;

export const layoutOption = {
  kind: 'text',
  value: 'NAME',
  help: `${writtenLayouts.join(' or ')}: kohya for A1111, ComfyUI and diffusers, peft for diffusers and peft (default: kohya)`,
} as const;

/** @throws {AppError} `usage` that names what it can be */
export function oneOf<T extends string>(name: string, given: string, allowed: readonly T[]): T {
  const found = allowed.find((value) => value === given);
  if (found === undefined) throw new AppError('usage', { message: `--${name} ${given} is not known`, help: `It can be ${allowed.join(', ')}.` });
  return found;
}

/** What `--variant` and `--prediction` say together. */
export function readOpening({ variant, prediction }: { variant: string | undefined; prediction: string | undefined }): OpenModelOptions {
  return {
    ...(variant === undefined ? {} : { variant }),
    ...(prediction === undefined ? {} : { prediction: oneOf<PredictionType>('prediction', prediction, predictionTypes) }),
  };
}

export function parseLayout(given: string | undefined): WrittenLayout | undefined {
  return given === undefined ? undefined : oneOf<WrittenLayout>('layout', given, writtenLayouts);
}
