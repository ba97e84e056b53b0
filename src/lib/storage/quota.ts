/** @file How much room the browser gives us, and asking it to keep what we store. */

export interface StorageUse {
  readonly usedBytes: number;
  readonly quotaBytes: number;
  /** True if the browser has promised not to evict us when the disk runs low. */
  readonly isPersistent: boolean;
}

/** Room used and granted, as the browser estimates it; null where it does not say. */
export async function estimateStorage(): Promise<StorageUse | null> {
  const storage = storageManager();
  if (storage?.estimate === undefined) return null;
  const { usage = 0, quota = 0 } = await storage.estimate();
  const isPersistent = (await storage.persisted?.()) ?? false;
  return { usedBytes: usage, quotaBytes: quota, isPersistent };
}

/** Asks the browser to keep our data when the disk runs low. Only a page can ask; in a worker the answer is false. */
export async function askToPersist(): Promise<boolean> {
  try {
    return (await storageManager()?.persist?.()) ?? false;
  } catch {
    return false; // A refusal is an answer; nothing else depends on it.
  }
}

interface PartialStorageManager {
  estimate?(): Promise<{ usage?: number; quota?: number }>;
  persisted?(): Promise<boolean>;
  persist?(): Promise<boolean>;
}

/** Browsers differ in what they offer here, and workers have no `persist`. */
function storageManager(): PartialStorageManager | undefined {
  return (navigator as { storage?: PartialStorageManager }).storage;
}
