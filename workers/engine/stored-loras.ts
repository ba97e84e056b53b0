/** @file The LoRAs that a job names, where they lie in this browser's storage: likenesses, and acceleration LoRAs of the catalogue. */
import { findCard } from '#models/catalog/index.ts';
import { AppError } from '#models/errors/app-error.ts';
import type { LoraBase } from '#models/lora/lora-base.ts';
import type { WeightedLora } from '#models/lora/merge-lora.ts';
import { readLora } from '#models/lora/read-lora.ts';
import { findLikeness, readLikenessWeights, type LikenessRecord } from '#storage/likeness-store.ts';
import type { LoraChoice } from '../contract/engine.ts';
import { storedFolder } from '../host/model-folders.ts';

/** A LoRA that is there, not read yet. */
export interface FoundLora {
  readonly choice: LoraChoice;
  /** When it was made: an id may be given to another likeness once everything was deleted. */
  readonly createdAt: number;
}

/** Two jobs with the same key merge the same. */
export function keyOf(found: readonly FoundLora[]): string {
  return JSON.stringify(found);
}

/** @throws {AppError} `job-invalid` for a likeness that was deleted or what is no acceleration LoRA of the catalogue */
export async function findLora(choice: LoraChoice): Promise<FoundLora> {
  if (choice.kind === 'likeness') return { choice, createdAt: (await requireLikeness(choice.id)).createdAt };
  if (findCard(choice.id)?.role !== 'acceleration')
    throw new AppError('job-invalid', { message: `there is no acceleration LoRA "${choice.id}"`, help: 'Draw without it.' });
  return { choice, createdAt: 0 };
}

/** @throws {AppError} `job-invalid` if it was deleted */
export async function requireLikeness(id: string): Promise<LikenessRecord> {
  const record = await findLikeness(id);
  if (record === undefined) throw gone();
  return record;
}

/**
 * Reads them for a model.
 *
 * @throws {AppError} `job-invalid`, `model-file-missing`, `lora-incompatible` if one was made for another model, `lora-damaged`
 */
export async function readLoras(found: readonly FoundLora[], base: LoraBase): Promise<WeightedLora[]> {
  const loras: WeightedLora[] = [];
  for (const { choice } of found) loras.push({ weights: readLora({ bytes: await readFile(choice) }, base), weight: choice.weight });
  return loras;
}

async function readFile({ kind, id }: LoraChoice): Promise<Uint8Array> {
  if (kind === 'acceleration') return storedFolder(id).readBytes(findCard(id)!.files[0]!.path);
  const bytes = await readLikenessWeights(id);
  if (bytes === undefined) throw gone();
  return new Uint8Array(bytes);
}

function gone(): AppError {
  return new AppError('job-invalid', { message: 'the likeness is not in storage any more', help: 'Train it again, or choose another one.' });
}
