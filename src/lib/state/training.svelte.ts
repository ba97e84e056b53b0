/** @file The latest training run: what is stored of it and what it tells while it works. */
import type { LikenessLayout, TrainEvent, TrainingPhase } from '#workers/contract/engine.ts';
import { listLikenesses, type LikenessRecord } from '#storage/likeness-store.ts';
import { findRun, listRuns, type LossPoint, type RunRecord, updateRun } from '#storage/run-store.ts';
import { failureFromCode, type Failure, toFailure } from '../errors/failure.ts';
import { deviceEngine } from '../executors/device.ts';
import type { Effort } from '../flows/defaults.ts';
import { createRun, samplesTotalOf } from '../flows/create-run.ts';
import { exportLikenessFile, importLikenessFile } from '../flows/likeness-file.ts';
import { modelOfLikeness } from '../flows/model-of-likeness.ts';
import type { Models } from './models.svelte.ts';
import type { Photos } from './photos.svelte.ts';
import type { Project } from './project.svelte.ts';

/** One test print with an address for its picture. */
export interface Print {
  readonly samplesSeen: number;
  readonly url: string;
}

export type TrainingStatus =
  /** No run yet, or the last one was discarded. */
  | { readonly kind: 'none' }
  /** Stored, not at work in this tab: its tab was closed, or another tab has it. */
  | { readonly kind: 'interrupted' }
  | { readonly kind: 'running'; readonly phase: TrainingPhase }
  | { readonly kind: 'paused' }
  | { readonly kind: 'finished' }
  | { readonly kind: 'failed'; readonly failure: Failure };

export class Training {
  readonly #project: Project;
  readonly #photos: Photos;
  readonly #models: Models;
  #status = $state.raw<TrainingStatus>({ kind: 'none' });
  #run = $state.raw<RunRecord | null>(null);
  #likeness = $state.raw<LikenessRecord | null>(null);
  #likenessModelId = $state('builtin');
  #prints = $state.raw<readonly Print[]>([]);
  #losses = $state.raw<readonly LossPoint[]>([]);
  #samplesSeen = $state(0);
  #samplesTotal = $state(0);
  #secondsLeft = $state<number | null>(null);
  #samplesPerSecond = $state<number | null>(null);
  #isCancelling = $state(false);
  #isPausing = $state(false);
  #isLoaded = $state(false);
  #warning = $state.raw<Failure | null>(null);

  constructor(project: Project, photos: Photos, models: Models) {
    this.#project = project;
    this.#photos = photos;
    this.#models = models;
  }

  get status(): TrainingStatus {
    return this.#status;
  }

  get run(): RunRecord | null {
    return this.#run;
  }

  /** The newest likeness; it may be of an earlier run than the latest. */
  get likeness(): LikenessRecord | null {
    return this.#likeness;
  }

  /** The model that the newest likeness was learned with, and draws with. */
  get likenessModelId(): string {
    return this.#likenessModelId;
  }

  get prints(): readonly Print[] {
    return this.#prints;
  }

  get losses(): readonly LossPoint[] {
    return this.#losses;
  }

  get samplesSeen(): number {
    return this.#samplesSeen;
  }

  get samplesTotal(): number {
    return this.#samplesTotal;
  }

  get secondsLeft(): number | null {
    return this.#secondsLeft;
  }

  get samplesPerSecond(): number | null {
    return this.#samplesPerSecond;
  }

  get isCancelling(): boolean {
    return this.#isCancelling;
  }

  /** A pause was asked for and comes after the step at work. */
  get isPausing(): boolean {
    return this.#isPausing;
  }

  get isLoaded(): boolean {
    return this.#isLoaded;
  }

  /** Something did not work and the run goes on, such as a saved state for which there was no room. */
  get warning(): Failure | null {
    return this.#warning;
  }

  get isAtWork(): boolean {
    return this.#status.kind === 'running' || this.#status.kind === 'paused';
  }

  /** Loads the latest run and likeness. Leaves a run that is at work in this tab alone. */
  async restore(): Promise<void> {
    if (this.isAtWork) return;
    await this.#findLikeness();
    const [latest] = await listRuns(this.#project.id);
    this.#adopt(latest ?? null);
    // A run that is at work in another tab is not interrupted.
    if (this.#status.kind === 'interrupted' && (await deviceEngine().isBusyElsewhere())) {
      this.#status = { kind: 'failed', failure: { code: 'busy-elsewhere', detail: 'The lock of the engine is held by another tab.' } };
    }
    this.#isLoaded = true;
  }

  /** Orders a new run and works on it. Resolves when it ended in any way. */
  async start(effort: Effort): Promise<void> {
    if (this.isAtWork) return;
    // Said before anything is waited for: a second click finds the run at work.
    const before = this.#status;
    this.#status = { kind: 'running', phase: 'loading-model' };
    try {
      const personClass = this.#project.personClass ?? this.#photos.sampleClass;
      this.#adopt(await createRun(this.#project.id, this.#models.chosenId, this.#photos.usable, personClass, effort));
    } catch (error) {
      this.#status = before;
      throw error;
    }
    if (this.#run !== null) await this.#work(this.#run);
  }

  /** Goes on with the stored run from its last checkpoint. */
  async goOn(): Promise<void> {
    if (this.#run !== null && !this.isAtWork) await this.#work(this.#run);
  }

  /** Goes on here, taking the engine from another tab. */
  async takeOver(): Promise<void> {
    await deviceEngine().takeOver();
    await this.goOn();
  }

  async pause(): Promise<void> {
    this.#isPausing = true;
    await deviceEngine().pause();
  }

  async resume(): Promise<void> {
    await deviceEngine().resume();
  }

  /** Stops and discards the run. */
  async cancel(): Promise<void> {
    if (this.isAtWork) {
      this.#isCancelling = true;
      await deviceEngine().cancel('train');
      return;
    }
    if (this.#run !== null) await updateRun(this.#run.id, { status: 'cancelled' });
    this.#adopt(null);
  }

  /** Stores a likeness file of the person's; it is the one in use from then on. @throws {AppError} if it is none, or fits none of the models here */
  async importFile(files: readonly File[], modelId: string): Promise<void> {
    await importLikenessFile(files, this.#project.id, modelId);
    await this.#findLikeness();
  }

  /** Saves the likeness in use to the person's disk. */
  async exportFile(layout: LikenessLayout): Promise<void> {
    if (this.#likeness !== null) await exportLikenessFile(this.#likeness.id, layout);
  }

  /** Forgets what is shown, as part of deleting everything. */
  forget(): void {
    this.#adopt(null);
    this.#likeness = null;
  }

  async #findLikeness(): Promise<void> {
    this.#likeness = (await listLikenesses(this.#project.id))[0] ?? null;
    this.#likenessModelId = this.#likeness === null ? 'builtin' : await modelOfLikeness(this.#likeness);
  }

  async #work(run: RunRecord): Promise<void> {
    this.#status = { kind: 'running', phase: 'loading-model' };
    this.#secondsLeft = null;
    try {
      await deviceEngine().train(run.id, (event) => {
        this.#hear(event);
      });
    } catch (error) {
      this.#status = { kind: 'failed', failure: toFailure(error) };
    } finally {
      this.#isCancelling = false;
      this.#isPausing = false;
      await this.#findLikeness();
      this.#run = (await findRun(run.id)) ?? this.#run;
    }
  }

  #hear(event: TrainEvent): void {
    switch (event.kind) {
      case 'phase':
        this.#status = { kind: 'running', phase: event.phase };
        break;
      case 'step': {
        this.#samplesSeen = event.samplesSeen;
        this.#samplesTotal = event.samplesTotal;
        this.#secondsLeft = event.secondsLeft;
        this.#samplesPerSecond = event.samplesPerSecond;
        const { samplesSeen, loss, smoothedLoss } = event;
        this.#losses = [...this.#losses, { samplesSeen, loss, smoothedLoss }];
        break;
      }
      case 'preview': {
        const url = URL.createObjectURL(new Blob([new Uint8Array(event.png)], { type: 'image/png' }));
        this.#prints = [...this.#prints.filter((print) => print.samplesSeen !== event.samplesSeen), { samplesSeen: event.samplesSeen, url }];
        break;
      }
      case 'checkpoint':
        this.#warning = null; // Written by the worker; there is nothing to show.
        break;
      case 'warning':
        this.#warning = failureFromCode(event.error.code, event.error.message);
        break;
      case 'paused':
        this.#isPausing = false;
        this.#status = { kind: 'paused' };
        break;
      case 'resumed':
        this.#status = { kind: 'running', phase: 'learning' };
        break;
      case 'finished':
        this.#status = { kind: 'finished' };
        break;
      case 'cancelled':
        this.#adopt(null);
        break;
      case 'failed':
        this.#status = { kind: 'failed', failure: failureFromCode(event.error.code, event.error.message) };
        break;
    }
  }

  /** Shows a stored run. */
  #adopt(run: RunRecord | null): void {
    for (const print of this.#prints) URL.revokeObjectURL(print.url);
    const isGone = run === null || run.status === 'cancelled';
    this.#run = isGone ? null : run;
    this.#status = isGone ? { kind: 'none' } : statusOf(run);
    this.#prints = isGone ? [] : run.previews.map(({ samplesSeen, png }) => ({ samplesSeen, url: URL.createObjectURL(png) }));
    this.#losses = isGone ? [] : run.losses;
    this.#samplesSeen = isGone ? 0 : run.samplesSeen;
    this.#samplesTotal = isGone ? 0 : samplesTotalOf(run);
    this.#secondsLeft = null;
    this.#samplesPerSecond = null;
    this.#warning = null;
  }
}

function statusOf(run: RunRecord): TrainingStatus {
  switch (run.status) {
    case 'finished':
      return { kind: 'finished' };
    case 'failed':
      return { kind: 'failed', failure: failureFromCode(run.error?.code ?? 'internal', run.error?.message ?? '') };
    case 'cancelled':
      return { kind: 'none' };
    default:
      return { kind: 'interrupted' };
  }
}
