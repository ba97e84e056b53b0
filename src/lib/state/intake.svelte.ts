/** @file Files on their way into the contact sheet: waiting, taken apart, made ready; what could not be used and why. */
import type { EncodedError } from '#models/errors/error-codec.ts';
import { failureFromCode, type Failure, toFailure } from '../errors/failure.ts';
import { devicePhotos } from '../executors/device.ts';
import type { NamedFile } from '../flows/dropped-photos.ts';
import type { Photos } from './photos.svelte.ts';

/** A file that was not taken, and why. */
export interface PhotoProblem {
  readonly fileName: string;
  readonly reason:
    | { readonly kind: 'duplicate' }
    /** Of a ZIP: entries that are no pictures. */
    | { readonly kind: 'no-pictures'; readonly count: number }
    | { readonly kind: 'failure'; readonly failure: Failure };
}

/** The file in the worker now, and how far the whole is. */
export interface IntakeProgress {
  readonly fileName: string;
  readonly done: number;
  /** Grows while folders are still being read and ZIPs taken apart. */
  readonly total: number;
}

/** The best frames of a video, to choose from. */
export interface Proposal {
  readonly videoName: string;
  readonly frames: readonly { readonly fileName: string; readonly file: Blob; readonly url: string }[];
}

export class Intake {
  readonly #photos: Photos;
  #progress = $state.raw<IntakeProgress | null>(null);
  #problems = $state.raw<readonly PhotoProblem[]>([]);
  #leftOut = $state.raw<readonly string[]>([]);
  #proposals = $state.raw<readonly Proposal[]>([]);
  #waiting: NamedFile[] = [];
  #done = 0;
  #added = 0;
  #isStopped = false;
  /** Folders that are still being read. */
  #reading = 0;
  #wake: (() => void) | null = null;

  constructor(photos: Photos) {
    this.#photos = photos;
  }

  get progress(): IntakeProgress | null {
    return this.#progress;
  }

  get problems(): readonly PhotoProblem[] {
    return this.#problems;
  }

  /** Names of the files beyond what the sheet takes. */
  get leftOut(): readonly string[] {
    return this.#leftOut;
  }

  /** Videos whose frames wait to be chosen; the first is shown. */
  get proposals(): readonly Proposal[] {
    return this.#proposals;
  }

  /**
   * Takes files one by one, in the order they come, until the sheet is full.
   *
   * @returns how many photos were added, once all are through; 0 if another call already does the work
   * @throws {AppError} storage-full and the like; files stored before that stay
   */
  async add(files: Iterable<NamedFile> | AsyncIterable<NamedFile>): Promise<number> {
    if (this.#progress === null) this.dismissProblems();
    return this.#takeIn(files);
  }

  async #takeIn(files: Iterable<NamedFile> | AsyncIterable<NamedFile>): Promise<number> {
    const isMine = this.#progress === null;
    if (isMine) this.#begin();
    this.#reading += 1;
    const reading = this.#read(files).finally(() => {
      this.#reading -= 1;
      this.#wake?.();
    });
    if (!isMine) {
      await reading;
      return 0;
    }
    try {
      await this.#work();
      await reading;
      return this.#added;
    } finally {
      this.#isStopped = true;
      this.#waiting = [];
      this.#progress = null;
    }
  }

  /** Forgets the files that still wait; the one in the worker is finished. */
  stop(): void {
    this.#isStopped = true;
    this.#waiting = [];
    this.#wake?.();
  }

  dismissProblems(): void {
    this.#problems = [];
    this.#leftOut = [];
  }

  /** Takes the chosen frames of the first proposal and lets the others go. */
  async choose(fileNames: readonly string[]): Promise<number> {
    const [proposal, ...rest] = this.#proposals;
    if (proposal === undefined) return 0;
    this.#proposals = rest;
    for (const { url } of proposal.frames) URL.revokeObjectURL(url);
    const chosen = proposal.frames.filter(({ fileName }) => fileNames.includes(fileName));
    // They belong to what was dropped before: what could not be used of that is still to be read.
    return chosen.length === 0 ? 0 : this.#takeIn(chosen.map(({ file, fileName }) => ({ file, name: fileName, isApart: true })));
  }

  #begin(): void {
    this.#added = 0;
    this.#done = 0;
    this.#isStopped = false;
    this.#progress = { fileName: '', done: 0, total: 0 };
  }

  async #read(files: Iterable<NamedFile> | AsyncIterable<NamedFile>): Promise<void> {
    for await (const file of files) {
      if (this.#isStopped) return;
      this.#waiting.push(file);
      this.#wake?.();
    }
  }

  /** The next file; waits for folders that are still being read. */
  async #next(): Promise<NamedFile | undefined> {
    while (this.#waiting.length === 0 && this.#reading > 0 && !this.#isStopped) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
    return this.#waiting.shift();
  }

  async #work(): Promise<void> {
    for (let next = await this.#next(); next !== undefined; next = await this.#next()) {
      if (this.#photos.isFull) {
        this.#leftOut = [next, ...this.#waiting].map(({ name }) => name);
        this.stop();
        return;
      }
      this.#progress = { fileName: next.name, done: this.#done, total: this.#done + 1 + this.#waiting.length };
      this.#done += 1;
      await this.#take(next);
    }
  }

  async #take({ file, name, isApart = false }: NamedFile): Promise<void> {
    const pictures = isApart ? [{ file, fileName: name }] : await this.#expand(file, name);
    for (const picture of pictures) await this.#prepare(picture.file, picture.fileName);
  }

  /** The pictures to make ready now: of a single file itself. Those of a ZIP go to the front of the line, those of a video are proposed. */
  async #expand(file: Blob, name: string): Promise<readonly { readonly file: Blob; readonly fileName: string }[]> {
    const result = await devicePhotos().expand(file, name);
    if (!result.ok) {
      this.#fail(name, result.error);
      return [];
    }
    if (result.kind === 'single') return [{ file, fileName: name }];
    if (result.stopped !== null) this.#fail(name, result.stopped);
    if (result.skippedCount > 0) this.#report(name, { kind: 'no-pictures', count: result.skippedCount });
    if (result.kind === 'video') this.#propose(name, result.files);
    else if (!this.#isStopped) this.#waiting.unshift(...result.files.map((entry) => ({ file: entry.file, name: entry.fileName, isApart: true })));
    return [];
  }

  #propose(videoName: string, files: readonly { readonly file: Blob; readonly fileName: string }[]): void {
    if (files.length === 0) return;
    this.#proposals = [...this.#proposals, { videoName, frames: files.map((frame) => ({ ...frame, url: URL.createObjectURL(frame.file) })) }];
  }

  async #prepare(file: Blob, name: string): Promise<void> {
    const result = await devicePhotos().prepare(file, name);
    if (!result.ok) {
      this.#fail(name, result.error);
      return;
    }
    try {
      if (await this.#photos.store(result.photo, name)) this.#added += 1;
      else this.#report(name, { kind: 'duplicate' });
    } catch (error) {
      this.#report(name, { kind: 'failure', failure: toFailure(error) });
      throw error;
    }
  }

  #fail(fileName: string, error: EncodedError): void {
    if (error.code !== 'cancelled') this.#report(fileName, { kind: 'failure', failure: failureFromCode(error.code, error.message) });
  }

  #report(fileName: string, reason: PhotoProblem['reason']): void {
    this.#problems = [...this.#problems, { fileName, reason }];
  }
}
