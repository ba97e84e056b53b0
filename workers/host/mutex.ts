/** @file One at a time: onnxruntime corrupts its memory when two of its calls overlap in one worker. */

/** Runs what it is given strictly one after another, in the order asked. */
export class Mutex {
  #tail: Promise<unknown> = Promise.resolve();
  #waiting = 0;

  /** Runs `body` once everything asked earlier has ended, well or badly, and gives its result. */
  run<T>(body: () => Promise<T> | T): Promise<T> {
    this.#waiting++;
    const result = this.#tail.then(body);
    const settled = (): void => void this.#waiting--;
    this.#tail = result.then(settled, settled);
    return result;
  }

  /** Runs `body` now if nothing is under way, else in turn. For releases that nobody waits for. */
  soon(body: () => void): void {
    if (this.#waiting === 0) body();
    else void this.run(body);
  }
}
