/** @file Deleting all that a person has given or made, in one transaction, and proof that it is gone. */
import { inDatabase } from './database.ts';
import { storeNames } from './schema.ts';

/** How many records each store holds. */
export type RecordCounts = Readonly<Record<(typeof storeNames)[number], number>>;

/** Counts the records of every store. */
export function countRecords(): Promise<RecordCounts> {
  return inDatabase(async (database) => {
    const transaction = database.transaction(storeNames, 'readonly');
    const counts = await Promise.all(storeNames.map(async (name) => [name, await transaction.objectStore(name).count()] as const));
    return Object.fromEntries(counts) as RecordCounts;
  });
}

/**
 * Empties every store: photos, runs, checkpoints, likenesses, pictures, weights, settings. All or nothing.
 * The stores are emptied rather than the database deleted, because a deletion would wait for every other open tab.
 *
 * @returns the counts afterwards, which the caller shows: all zero
 */
export async function deleteEverything(): Promise<RecordCounts> {
  await inDatabase(async (database) => {
    const transaction = database.transaction(storeNames, 'readwrite');
    await Promise.all(storeNames.map((name) => transaction.objectStore(name).clear()));
    await transaction.done;
  });
  return countRecords();
}
