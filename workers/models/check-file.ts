/** @file Reads a stored file back and says that it is what it should be: by its hash where that is known, and always by what its kind demands. */
import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex } from '@noble/hashes/utils.js';
import { AppError, isAppError } from '#models/errors/app-error.ts';
import { readHeader } from '#models/formats/safetensors.ts';
import { chunkBytes } from '#storage/model-chunks.ts';
import { dropFileBytes, type FileName, findModelFile, updateModelFile } from '#storage/model-file-store.ts';
import { openStoredFile, type StoredFile } from '#storage/stored-file.ts';
import { cancelled } from './ask.ts';

/**
 * Checks a file that is wholly here, and marks it as checked. One that fails loses its bytes, so that the next attempt fetches it again.
 *
 * @param onBytes told how far the reading is
 * @throws {AppError} weights-corrupt, cancelled
 */
export async function checkFile(name: FileName, signal: AbortSignal, onBytes: (readBytes: number) => void): Promise<void> {
  const record = await findModelFile(name);
  const file = await openStoredFile(name, record?.storedBytes ?? 0);
  if (record === undefined || file === undefined) throw cancelled();
  try {
    if (record.sha256 !== null) await compareHash(name, file, record.sha256, signal, onBytes);
    if (name.path.endsWith('.safetensors')) await readHeader(file);
    if (name.path.endsWith('.json')) parseJson(name, await file.read(0, file.sizeBytes));
  } catch (error) {
    if (isAppError(error, 'weights-corrupt')) await dropFileBytes(name);
    throw error;
  }
  await updateModelFile(name, { isVerified: true });
}

/** The browser's own SHA-256 takes only what is in memory as a whole; this one takes a chunk at a time. */
async function compareHash(name: FileName, file: StoredFile, expected: string, signal: AbortSignal, onBytes: (readBytes: number) => void): Promise<void> {
  const hash = sha256.create();
  for (let offset = 0; offset < file.sizeBytes; offset += chunkBytes) {
    if (signal.aborted) throw cancelled();
    hash.update(await file.read(offset, chunkBytes));
    onBytes(Math.min(offset + chunkBytes, file.sizeBytes));
  }
  const actual = bytesToHex(hash.digest());
  if (actual !== expected) throw corrupt(`${name.path} of model ${name.modelId} has SHA-256 ${actual}, expected ${expected}`);
}

function parseJson(name: FileName, bytes: Uint8Array): void {
  try {
    JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch (cause) {
    throw corrupt(`${name.path} of model ${name.modelId} is not JSON`, cause);
  }
}

function corrupt(message: string, cause?: unknown): AppError {
  return new AppError('weights-corrupt', {
    message,
    help: 'Try again: only this file is loaded again. If it stays so, use another source.',
    retryable: true,
    ...(cause === undefined ? {} : { cause }),
  });
}
