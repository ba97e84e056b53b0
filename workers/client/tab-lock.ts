/** @file One tab at a time: a Web Lock that can be taken over on the person's word. */
import { AppError } from '#models/errors/app-error.ts';

/** A named lock over all tabs of this origin. */
export class TabLock {
  readonly #name: string;
  #depth = 0;
  #stealNext = false;

  constructor(name: string) {
    this.#name = name;
  }

  /**
   * Runs `work` while this tab holds the lock; calls inside one another share it.
   *
   * @param work  gets a promise that rejects with `busy-elsewhere` when another tab takes the lock over
   * @throws {AppError} busy-elsewhere, if another tab holds the lock
   */
  async hold<T>(work: (stolen: Promise<never>) => Promise<T>): Promise<T> {
    const { locks } = navigator as { locks?: LockManager };
    if (locks === undefined || this.#depth > 0) return this.#counted(() => work(new Promise(() => undefined)));
    const options: LockOptions = this.#stealNext ? { steal: true } : { ifAvailable: true };
    this.#stealNext = false;
    let rejectStolen: (error: AppError) => void = () => undefined;
    const stolen = new Promise<never>((_resolve, reject) => {
      rejectStolen = reject;
    });
    stolen.catch(() => undefined);
    let working: Promise<T> | undefined;
    try {
      await locks.request(this.#name, options, async (lock) => {
        if (lock === null) return;
        working = this.#counted(() => work(stolen));
        await working.catch(() => undefined);
      });
    } catch {
      rejectStolen(busyElsewhere()); // The request itself rejects only when the lock was stolen.
    }
    // Only now: the lock is free again when the caller goes on, so that its next job is not refused by its last one.
    if (working === undefined) throw busyElsewhere();
    return working;
  }

  /** True if another tab holds the lock now. */
  async isHeldElsewhere(): Promise<boolean> {
    const { locks } = navigator as { locks?: LockManager };
    if (locks === undefined || this.#depth > 0) return false;
    return (await locks.query()).held?.some((lock) => lock.name === this.#name) ?? false;
  }

  /** The next `hold` takes the lock away from the tab that has it. */
  steal(): Promise<void> {
    this.#stealNext = true;
    return Promise.resolve();
  }

  async #counted<T>(work: () => Promise<T>): Promise<T> {
    this.#depth += 1;
    try {
      return await work();
    } finally {
      this.#depth -= 1;
    }
  }
}

function busyElsewhere(): AppError {
  return new AppError('busy-elsewhere', {
    message: 'Another tab of this origin holds the engine.',
    help: 'Wait for the other tab, or take over here.',
    retryable: true,
  });
}
