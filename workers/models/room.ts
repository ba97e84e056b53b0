/** @file Whether there is room for what is to come, asked before the first byte. */
import { AppError } from '#models/errors/app-error.ts';
import { estimateStorage, type StorageUse } from '#storage/quota.ts';

/** Kept free for photos, checkpoints and pictures. */
const spareBytes = 100e6;

/**
 * Some browsers give a round number instead of the truth, so a full disk may still show at the writing; what was written then stays.
 *
 * @throws {AppError} storage-full, with what is needed and what is free
 */
export async function demandRoom(neededBytes: number, estimate: () => Promise<StorageUse | null> = estimateStorage): Promise<void> {
  const use = await estimate();
  if (use === null || neededBytes === 0) return; // A browser that does not say may still have it.
  const freeBytes = Math.max(0, use.quotaBytes - use.usedBytes);
  if (neededBytes + spareBytes <= freeBytes) return;
  throw new AppError('storage-full', {
    message: `the model needs ${Math.ceil(neededBytes / 1e6)} MB and ${spareBytes / 1e6} MB to spare; this browser grants ${Math.floor(freeBytes / 1e6)} MB`,
    help: 'Free disk space, or remove another model.',
    retryable: true,
  });
}
