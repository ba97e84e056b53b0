/** @file What a command measured, as JSON beside its result. */
import { writeFile } from 'node:fs/promises';

/** Seconds since a moment, and the largest resident memory so far. */
export class Stopwatch {
  readonly #started = performance.now();
  readonly #laps: Record<string, number> = {};
  #lap = this.#started;

  /** Ends the phase that ran since the last call. */
  lap(phase: string): void {
    const now = performance.now();
    this.#laps[phase] = (this.#laps[phase] ?? 0) + (now - this.#lap) / 1000;
    this.#lap = now;
  }

  /** Seconds by phase and in all. */
  get seconds(): Readonly<Record<string, number>> {
    return { ...this.#laps, total: (performance.now() - this.#started) / 1000 };
  }
}

/** Largest resident memory of this process, in bytes. */
export function peakMemoryBytes(): number {
  return process.resourceUsage().maxRSS * 1024;
}

/** Writes a report, if a path was given. */
export async function writeReport(path: string | undefined, report: object): Promise<void> {
  if (path !== undefined) await writeFile(path, `${JSON.stringify(report, null, 2)}\n`);
}
