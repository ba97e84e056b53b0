/** @file A likeness from a file and into one: which of the chosen files is which, and what the saved one is called. */
import { AppError } from '#models/errors/app-error.ts';
import type { LikenessLayout } from '#workers/contract/engine.ts';
import { deviceEngine } from '../executors/device.ts';
import { saveFile } from './download.ts';

/** A LoRA of a few hundred megabytes is large; a whole model is several gigabytes. It is not even read. */
const mostBytes = 1e9;

export interface ChosenLikeness {
  readonly file: File;
  /** peft's adapter_config.json, if it was chosen too. */
  readonly config: File | null;
}

/**
 * Tells the likeness from the configuration that peft puts beside it.
 *
 * @throws {AppError} `lora-unsupported` unless there is exactly one file beside it, or if it is as large as a whole model
 */
export function chooseLikenessFile(files: readonly File[]): ChosenLikeness {
  const config = files.find(({ name }) => name === 'adapter_config.json') ?? null;
  const [file, ...others] = files.filter((candidate) => candidate !== config);
  if (file === undefined || others.length > 0)
    throw new AppError('lora-unsupported', {
      message: `${files.length} files were chosen; one .safetensors file is needed, and adapter_config.json if it came with one`,
    });
  if (file.size > mostBytes) throw new AppError('lora-unsupported', { message: `the file has ${(file.size / 1e9).toFixed(1)} GB: as large as a whole model` });
  return { file, config };
}

/** Checks and stores a likeness file; gives the likeness's id. @throws {AppError} what `chooseLikenessFile` and `importLikeness` of the engine throw */
export async function importLikenessFile(files: readonly File[], projectId: string, modelId: string): Promise<string> {
  const { file, config } = chooseLikenessFile(files);
  return deviceEngine().importLikeness({ projectId, modelId, file, adapterConfig: (await config?.text()) ?? null });
}

/** Saves a likeness to the person's disk. Its name tells nothing of the person. */
export async function exportLikenessFile(likenessId: string, layout: LikenessLayout): Promise<void> {
  saveFile(await deviceEngine().exportLikeness(likenessId, layout), `likeness-${layout}.safetensors`);
}
