/** @file Decodes files in a process beside this one, and ends it when it gives no answer: the next file gets a new one. */
import { fork, type ChildProcess } from 'node:child_process';
import { stat } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { AppError } from '#models/errors/app-error.ts';
import { decodeError, type EncodedError } from '#models/errors/error-codec.ts';
import type { RgbPicture } from '#models/pipelines/pixels.ts';
import { tooSlow } from '../../photos/photo-limits.ts';

export type DecodeAnswer = { readonly ok: true; readonly picture: RgbPicture } | { readonly ok: false; readonly error: EncodedError };

/** How long a file may take: 2 s, and 3 s for each MB. A HEIC of 12 megapixels has about 2 MB and took 6 s on one busy core. */
export function decodeLimitMs(sizeBytes: number): number {
  return 2000 + (sizeBytes / 1e6) * 3000;
}

/** Starting takes about a second, which no file is charged for. */
const startLimitMs = 60_000;

/** Owns one process at a time; files wait for one another. The caller disposes. */
export class FileDecoder {
  readonly #program: URL;
  #child: Promise<ChildProcess> | null = null;
  #queue: Promise<unknown> = Promise.resolve();

  /** @param program the real one; tests start one that hangs */
  constructor(program = new URL('./decode.process.ts', import.meta.url)) {
    this.#program = program;
  }

  /**
   * Decodes a file, after those that were asked for before.
   *
   * @throws {AppError} `photo-unreadable`, `photo-too-large`; `worker-crashed` if the file took the process down
   */
  decode(file: string): Promise<RgbPicture> {
    const work = this.#queue.then(() => this.#decode(file));
    this.#queue = work.catch(() => undefined);
    return work;
  }

  /** Ends the process. */
  dispose(): void {
    void this.#child?.then((child) => child.kill('SIGKILL')).catch(() => undefined);
    this.#child = null;
  }

  async #decode(file: string): Promise<RgbPicture> {
    const limitMs = decodeLimitMs(
      await stat(file).then(
        ({ size }) => size,
        () => 0,
      ),
    );
    const child = await (this.#child ??= this.#start());
    const answer = nextMessage<DecodeAnswer>(child, limitMs, () => tooSlow(limitMs));
    child.send(file);
    const result = await answer.catch((error: unknown) => {
      this.dispose(); // It hangs, or it is gone.
      throw error;
    });
    if (!result.ok) throw decodeError(result.error);
    return result.picture;
  }

  async #start(): Promise<ChildProcess> {
    const child = fork(fileURLToPath(this.#program), {
      execArgv: ['--import', 'tsx'],
      serialization: 'advanced',
      stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    });
    await nextMessage(child, startLimitMs, () => new AppError('worker-crashed', { message: 'the process that decodes photos did not start' }));
    return child;
  }
}

/** The next message of a process, unless it ends or takes too long. */
function nextMessage<T>(child: ChildProcess, limitMs: number, tooLate: () => AppError): Promise<T> {
  return new Promise((resolve, reject) => {
    const settle = (act: () => void): void => {
      clearTimeout(timer);
      child.off('message', onMessage);
      child.off('exit', onExit);
      act();
    };
    const onMessage = (message: unknown): void => settle(() => resolve(message as T));
    const onExit = (code: number | null, signal: string | null): void =>
      settle(() =>
        reject(
          new AppError('worker-crashed', {
            message: `the process that decodes photos ended with ${signal ?? code}`,
            help: 'Leave this file out, or save it again as JPEG.',
          }),
        ),
      );
    const timer = setTimeout(() => settle(() => reject(tooLate())), limitMs);
    child.on('message', onMessage);
    child.on('exit', onExit);
  });
}
