/** @file One platform in use: its calls one after another, reads gathered, and no call at all after the device went away. */
import type { Tensor as OrtTensor } from 'onnxruntime-common';
import type { AppError } from '#models/errors/app-error.ts';
import type { Mutex } from '../host/mutex.ts';
import { fromOrtError } from './ort-errors.ts';
import type { OrtPlatform } from './ort-platform.ts';

interface WaitingRead {
  readonly ort: OrtTensor;
  resolve(data: OrtTensor.DataType): void;
  reject(error: unknown): void;
}

/** A lost device may first show as a call that fails; the notice that it is lost comes a moment later. */
const noticeMs = 50;

/*
 * [Note: after the device went away]
 * A call that waits for a lost device may never come back. In the build for WebGPU it then stands in the middle of the wasm instance, and
 * any other call into it, the release of a session included, spins for ever (seen with onnxruntime-web 1.30: the thread never answered again).
 * So from the loss on nothing is called any more: everything throws `device-lost`, nothing is released, and the worker is replaced.
 */

/** Everything that reaches onnxruntime goes through here. Used by the runner, its graphs and its tensors. */
export class OrtDevice {
  readonly platform: OrtPlatform;
  readonly #mutex: Mutex;
  #loss: AppError | null = null;
  #giveUp: ((loss: AppError) => void) | null = null;
  #reads: WaitingRead[] = [];

  /** @param mutex the lock of this thread's onnxruntime */
  constructor(platform: OrtPlatform, mutex: Mutex) {
    this.platform = platform;
    this.#mutex = mutex;
    platform.lost?.catch((error: unknown) => {
      this.#lose(fromOrtError('waiting for the device', error));
    });
  }

  /**
   * Runs `work` once everything asked earlier has ended.
   *
   * @param doing what is done, for the error; holds graph names only
   * @throws {AppError} `device-lost` at once when the device goes away, and for every call after that
   */
  run<T>(doing: string, work: () => Promise<T> | T): Promise<T> {
    return this.#mutex.run(async () => {
      if (this.#loss !== null) throw this.#loss;
      try {
        return await this.#unlessLost(work());
      } catch (cause) {
        if (this.platform.lost !== undefined) await new Promise((resolve) => setTimeout(resolve, noticeMs));
        const error = this.#loss ?? fromOrtError(doing, cause);
        if (error.code === 'device-lost') this.#loss = error;
        throw error;
      }
    });
  }

  /** Copies an output to the host. Reads asked for in the same turn of the event loop are one transfer. */
  read(ort: OrtTensor): Promise<OrtTensor.DataType> {
    return new Promise((resolve, reject) => {
      this.#reads.push({ ort, resolve, reject });
      if (this.#reads.length === 1) void this.#readAll();
    });
  }

  /** Frees something soon; not after a loss, when nothing may be called. */
  release(body: () => void): void {
    this.#mutex.soon(() => {
      if (this.#loss === null) body();
    });
  }

  /** Runs the end of something in turn; after a loss it is left as it is. */
  async close(body: () => Promise<void> | void): Promise<void> {
    if (this.#loss !== null) return;
    await this.run(`closing ${this.platform.backend}`, body).catch((error: unknown) => {
      if (this.#loss === null) throw error;
    });
  }

  /** Gives the platform back, after a loss too: that is not a call into onnxruntime. */
  async end(): Promise<void> {
    await this.#mutex.run(() => this.platform.close());
  }

  async #readAll(): Promise<void> {
    let reads: WaitingRead[] = [];
    try {
      const data = await this.run(`reading from ${this.platform.backend}`, () => {
        reads = this.#reads;
        this.#reads = [];
        return this.platform.download(reads.map(({ ort }) => ort));
      });
      reads.forEach(({ resolve }, i) => {
        resolve(data[i]!);
      });
    } catch (error) {
      // After a loss the work above never began: those that wait are still in the list.
      for (const { reject } of [...reads, ...this.#reads.splice(0)]) reject(error);
    }
  }

  #unlessLost<T>(work: Promise<T> | T): Promise<T> {
    if (this.platform.lost === undefined) return Promise.resolve(work);
    // Not Promise.race: `lost` lives as long as the device and would hold every result it was ever raced against.
    return new Promise((resolve, reject) => {
      this.#giveUp = reject;
      Promise.resolve(work)
        .then(resolve, reject)
        .finally(() => {
          this.#giveUp = null;
        });
    });
  }

  #lose(loss: AppError): void {
    this.#loss ??= loss;
    if (this.#giveUp === null) return;
    this.platform.abandon?.();
    this.#giveUp(this.#loss);
  }
}
