/** @file The faults that a test can ask of `faulty-engine.worker.ts`. */

/** `lose-device` destroys the graphics device at once; the others turn writing to storage off and on. */
export type Fault = 'lose-device' | 'fill-storage' | 'empty-storage';

/** The engine's worker on a machine that fails on command. */
export function startFaultyWorker(): Worker {
  return new Worker(new URL('./faulty-engine.worker.ts', import.meta.url), { type: 'module' });
}

/** Reaches every faulty worker of this page. */
export class FaultLine {
  readonly #channel = new BroadcastChannel('engine-faults');

  /** Heard by a worker when it next breathes: before the second step from now. */
  fail(fault: Fault): void {
    this.#channel.postMessage(fault);
  }

  close(): void {
    this.#channel.close();
  }
}
