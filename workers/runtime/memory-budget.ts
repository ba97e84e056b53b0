/** @file Counts the bytes of the GPU buffers that we own, against a limit. What onnxruntime allocates for activations is not in it. */
import { AppError } from '#models/errors/app-error.ts';

/** A ledger of bytes; every `take` is matched by a `give`. */
export class MemoryBudget {
  #usedBytes = 0;
  #peakBytes = 0;
  readonly limitBytes: number;

  /** @param limitBytes most bytes in use at once; default: no limit but the device's own */
  constructor(limitBytes = Infinity) {
    this.limitBytes = limitBytes;
  }

  get usedBytes(): number {
    return this.#usedBytes;
  }

  get peakBytes(): number {
    return this.#peakBytes;
  }

  /** @throws {AppError} `device-out-of-memory` if the limit would be passed; nothing is counted then */
  take(sizeBytes: number): void {
    if (this.#usedBytes + sizeBytes > this.limitBytes) {
      const mebibytes = (bytes: number): string => `${(bytes / 2 ** 20).toFixed(1)} MiB`;
      throw new AppError('device-out-of-memory', {
        message: `${mebibytes(sizeBytes)} more than the ${mebibytes(this.#usedBytes)} in use would pass the limit of ${mebibytes(this.limitBytes)}`,
        help: 'Close other programs, or choose a smaller size.',
      });
    }
    this.#usedBytes += sizeBytes;
    this.#peakBytes = Math.max(this.#peakBytes, this.#usedBytes);
  }

  give(sizeBytes: number): void {
    this.#usedBytes -= sizeBytes;
  }
}
