/** @file One job at a time, in the order asked; each can be paused and cancelled from outside while it waits or works. */
import { AppError } from '#models/errors/app-error.ts';
import type { JobKind } from '../contract/engine.ts';
import { Mutex } from '../host/mutex.ts';

/** What a running job asks between its steps, and what the page does to it. */
export class JobControl {
  #isCancelled = false;
  #isPaused = false;
  #wake: (() => void)[] = [];

  get isCancelled(): boolean {
    return this.#isCancelled;
  }

  /** A cancelled job is no longer paused: it has to get on with ending. */
  get isPaused(): boolean {
    return this.#isPaused && !this.#isCancelled;
  }

  pause(): void {
    this.#isPaused = true;
  }

  resume(): void {
    this.#isPaused = false;
    this.#wakeAll();
  }

  cancel(): void {
    this.#isCancelled = true;
    this.#wakeAll();
  }

  /** Resolves when the job is not paused or was cancelled; at once if that is so now. */
  async whilePaused(): Promise<void> {
    while (this.isPaused) await new Promise<void>((resolve) => this.#wake.push(resolve));
  }

  /** @throws {AppError} `cancelled` if the job was cancelled */
  throwIfCancelled(): void {
    if (this.#isCancelled) throw new AppError('cancelled', { message: 'the job was cancelled' });
  }

  #wakeAll(): void {
    for (const wake of this.#wake.splice(0)) wake();
  }
}

interface QueuedJob {
  readonly kind: JobKind;
  readonly control: JobControl;
}

/** Runs jobs strictly one after another. */
export class JobQueue {
  readonly #mutex = new Mutex();
  /** The first one is at work. */
  readonly #jobs: QueuedJob[] = [];

  /** Runs `work` when every job asked for earlier has ended. `work` is called even if the job was cancelled meanwhile: it tells so. */
  async run<T>(kind: JobKind, work: (control: JobControl) => Promise<T>): Promise<T> {
    const job: QueuedJob = { kind, control: new JobControl() };
    this.#jobs.push(job);
    try {
      return await this.#mutex.run(() => work(job.control));
    } finally {
      this.#jobs.splice(this.#jobs.indexOf(job), 1);
    }
  }

  /** Pauses the job at work. */
  pause(): void {
    this.#jobs[0]?.control.pause();
  }

  resume(): void {
    this.#jobs[0]?.control.resume();
  }

  /** Cancels every job of a kind, waiting or working; without a kind the one at work. */
  cancel(kind?: JobKind): void {
    const cancelled = kind === undefined ? this.#jobs.slice(0, 1) : this.#jobs.filter((job) => job.kind === kind);
    for (const { control } of cancelled) control.cancel();
  }
}

const channel = new MessageChannel();
const waiting: (() => void)[] = [];
channel.port1.onmessage = () => waiting.shift()?.();

/** Lets the page's messages in. onnxruntime's wasm provider never leaves the thread by itself, so without this a cancel would wait for the end. */
export function breathe(): Promise<void> {
  return new Promise((resolve) => {
    waiting.push(resolve);
    channel.port2.postMessage(null);
  });
}
