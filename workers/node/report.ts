/** @file What a command measured, as JSON beside its result. */
import { access, constants, stat, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { AppError } from '#models/errors/app-error.ts';

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

/**
 * Says at once that a file could not be written at the end, which may be hours later.
 *
 * @param option the name of the option that gave the path
 * @throws {AppError} `usage`
 */
export async function requireWritable(option: string, path: string | undefined): Promise<void> {
  if (path === undefined) return;
  const folder = dirname(path);
  await access(folder, constants.W_OK).catch((cause: unknown) => {
    throw new AppError('usage', {
      message: `--${option} ${path}: the folder ${folder} is not there, or may not be written to`,
      help: 'Make the folder first, or give another path.',
      cause,
    });
  });
  const isFolder = await stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  );
  if (isFolder) throw new AppError('usage', { message: `--${option} ${path} is a folder`, help: 'Give the path of a file in it.' });
}

/** Writes a report, if a path was given. */
export async function writeReport(path: string | undefined, report: object): Promise<void> {
  if (path !== undefined) await writeFile(path, `${JSON.stringify(report, null, 2)}\n`);
}
