/** @file The one door to IndexedDB: opens, upgrades and reopens the database and turns its failures into ours. The only importer of `idb`. */
import { type IDBPDatabase, openDB } from 'idb';
import { AppError, isAppError } from '#models/errors/app-error.ts';
import { createVersion1, upgradeToVersion2, upgradeToVersion3 } from './migrations.ts';
import { type LikenessSchema } from './schema.ts';

export type LikenessDatabase = IDBPDatabase<LikenessSchema>;

const databaseName = 'likeness';
export const databaseVersion = 3;
/** Other tabs close their connection when asked (`blocking` below); a tab that hangs may not. */
const blockedPatienceMs = 4000;

let opened: Promise<LikenessDatabase> | null = null;

/**
 * Runs `work` on the open database; reopens it once if the browser has closed it in the background.
 *
 * @throws {AppError} storage-full, storage-blocked or storage-unavailable
 */
export async function inDatabase<T>(work: (database: LikenessDatabase) => Promise<T>): Promise<T> {
  try {
    try {
      return await work(await open());
    } catch (error) {
      if (nameOf(error) !== 'InvalidStateError') throw error;
      opened = null; // The connection was closing: take a new one, once.
      return await work(await open());
    }
  } catch (error) {
    throw toStorageError(error);
  }
}

/** Closes the connection, if there is one. The next use opens it again. */
export async function closeDatabase(): Promise<void> {
  const closing = opened;
  opened = null;
  if (closing !== null) (await closing).close();
}

function open(): Promise<LikenessDatabase> {
  if (opened !== null) return opened;
  const opening = openAtVersion();
  opened = opening;
  opening.catch(() => {
    if (opened === opening) opened = null;
  });
  return opening;
}

function openAtVersion(): Promise<LikenessDatabase> {
  if (typeof indexedDB === 'undefined') return Promise.reject(unavailable(undefined));
  return new Promise((resolve, reject) => {
    let patience: ReturnType<typeof setTimeout> | undefined;
    openDB<LikenessSchema>(databaseName, databaseVersion, {
      async upgrade(database, oldVersion, _newVersion, transaction) {
        if (oldVersion < 1) createVersion1(database);
        if (oldVersion < 2) await upgradeToVersion2(database, transaction);
        if (oldVersion < 3) await upgradeToVersion3(transaction);
      },
      blocked() {
        patience = setTimeout(() => {
          reject(
            new AppError('storage-blocked', {
              message: `Another tab holds database "${databaseName}" below version ${databaseVersion}.`,
              help: 'Close the other tabs of this app, then try again.',
              retryable: true,
            }),
          );
        }, blockedPatienceMs);
      },
      blocking(_current, _blocked, event) {
        // A newer tab wants to upgrade: step aside at once, nothing of ours is lost.
        (event.target as unknown as LikenessDatabase).close();
        opened = null;
      },
      terminated() {
        opened = null;
      },
    }).then(
      (database) => {
        clearTimeout(patience);
        resolve(database);
      },
      (error: unknown) => {
        clearTimeout(patience);
        reject(toStorageError(error));
      },
    );
  });
}

/** Turns what the browser threw into one of our codes; our own errors pass through. */
export function toStorageError(error: unknown): unknown {
  if (isAppError(error)) return error;
  switch (nameOf(error)) {
    case 'QuotaExceededError':
      return new AppError('storage-full', {
        message: 'The browser refused to store more for this site.',
        help: 'Delete pictures you do not need, or free disk space, then try again.',
        retryable: true,
        cause: error,
      });
    case 'VersionError':
      return new AppError('storage-blocked', {
        message: `The database is newer than version ${databaseVersion}: a newer copy of the app has been here.`,
        help: 'Reload this tab to get the newer app.',
        cause: error,
      });
    case 'SecurityError':
    case 'UnknownError':
    case 'InvalidStateError':
    case 'NotFoundError':
    case 'AbortError':
      return unavailable(error);
    default:
      return error;
  }
}

function unavailable(cause: unknown): AppError {
  return new AppError('storage-unavailable', {
    message: 'IndexedDB cannot be used here.',
    help: 'Use a normal window of a current browser; some private windows refuse storage.',
    cause,
  });
}

function nameOf(error: unknown): string {
  return typeof error === 'object' && error !== null && 'name' in error ? String(error.name) : '';
}
