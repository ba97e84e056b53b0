/** @file One training run at work: asks the loop for its next step, tells the page, writes what must survive, and waits when asked to. */
import { isAppError } from '#models/errors/app-error.ts';
import { encodeError } from '#models/errors/error-codec.ts';
import { markMadeWithAi } from '#models/formats/made-with-ai.ts';
import type { TrainJob } from '#models/jobs/index.ts';
import type { LoadedModel } from '#models/pipelines/loaded-model.ts';
import { withBreaks } from '#models/runtime/steps.ts';
import { learnLikeness, type LearnEvent } from '#models/training/learn-likeness.ts';
import { learnedFactors } from '#models/training/hold-trials.ts';
import type { TrainingState } from '#models/training/train-lora.ts';
import type { RunRecord } from '#storage/run-store.ts';
import type { TrainEvent } from '../contract/engine.ts';
import { encodePng } from '../host/browser-pictures.ts';
import type { EngineMemory } from './engine-memory.ts';
import { fitJob } from './fit-job.ts';
import { breathe, type JobControl } from './job-queue.ts';
import { Pace } from './pace.ts';
import type { RunJournal } from './run-journal.ts';
import { openExtras } from './training-extras.ts';
import { learnOptionsOf, readTrainingPhotos } from './training-inputs.ts';
import { writeLikeness } from './write-likeness.ts';

export interface TrainingDesk {
  /** Opens the model or gives the one that is open, and says what memory there is for it. Weights are placed when they are needed. */
  openModel(modelId: string): Promise<{ readonly model: LoadedModel; readonly memory: EngineMemory }>;
  /** States that could not be written, by run: a later attempt goes on from here while this worker lives. */
  readonly unsaved: Map<string, TrainingState>;
}

export interface TrainingSetup {
  readonly run: RunRecord;
  readonly job: TrainJob;
  readonly desk: TrainingDesk;
  readonly control: JobControl;
  readonly journal: RunJournal;
  tell(event: TrainEvent): void;
}

/** Steps are told at most this often: ten times a second is smooth, and the page has its own work. */
const tellIntervalMs = 100;

/** Used once. */
export class TrainingRun {
  readonly #setup: TrainingSetup;
  #state: TrainingState | null = null;
  #pace = new Pace();
  #toldAt = -Infinity;

  constructor(setup: TrainingSetup) {
    this.#setup = setup;
  }

  /** @throws {AppError} `cancelled` after writing the checkpoint, and whatever loading and learning throw */
  async work(resume: TrainingState | undefined): Promise<void> {
    const { run, job: wanted, desk, control, journal, tell } = this.#setup;
    tell({ kind: 'phase', phase: 'loading-model' });
    await journal.start({ job: wanted });
    const { model, memory } = await desk.openModel(wanted.model);
    const fitted = await withBreaks(fitJob(wanted, model.model, memory, resume !== undefined), async () => {
      await breathe();
      control.throwIfCancelled();
    });
    const { job } = fitted;
    if (job !== wanted) await this.#change({ job }); // So that the run goes on as it began, wherever that is.
    await this.#pauseOrCancel('encoding-photos');
    tell({ kind: 'phase', phase: 'encoding-photos' });
    const photos = await readTrainingPhotos(run.photoIds, control);
    const extras = await openExtras(job, model, memory, (error) => tell({ kind: 'warning', error: encodeError(error) }));
    const state = await this.#learn(learnLikeness(model, photos, { ...learnOptionsOf(fitted, model, memory), ...extras.options }, resume), resume).finally(
      extras.dispose,
    );
    tell({ kind: 'phase', phase: 'saving' });
    await this.#save(state); // First, so that the likeness can still be written if there is no room for it now.
    const likenessId = await writeLikeness(model, run, job, learnedFactors(state));
    desk.unsaved.delete(run.id); // There may have been room for the likeness and none for the checkpoint.
    tell({ kind: 'finished', likenessId });
  }

  async #learn(events: AsyncGenerator<LearnEvent, TrainingState>, resume: TrainingState | undefined): Promise<TrainingState> {
    let isLearning = false;
    try {
      for (;;) {
        await breathe();
        await this.#pauseOrCancel(isLearning ? 'learning' : 'encoding-photos');
        const event = await events.next();
        if (event.done === true) return event.value;
        if (event.value.kind === 'encoding') this.#pace = new Pace(resume?.samplesSeen);
        if (!isLearning && event.value.kind !== 'encoding') {
          isLearning = true;
          this.#setup.tell({ kind: 'phase', phase: 'learning' });
        }
        await this.#hear(event.value);
      }
    } catch (error) {
      // The state is complete after any other failure; after this one the last checkpoint is the healthier place to go on from.
      if (this.#state !== null && !isAppError(error, 'loss-not-finite')) await this.#save(this.#state);
      throw error;
    } finally {
      await events.return(undefined as never); // Frees the training graph, however this ended.
    }
  }

  async #hear(event: LearnEvent): Promise<void> {
    switch (event.kind) {
      case 'encoding':
        break;
      case 'preview': {
        const png = markMadeWithAi(await encodePng(event.picture));
        this.#setup.journal.notePreview({ samplesSeen: event.samplesSeen, png: new Blob([png], { type: 'image/png' }) });
        this.#setup.tell({ kind: 'preview', samplesSeen: event.samplesSeen, png });
        break;
      }
      case 'trial':
        this.#pace = new Pace(event.state.samplesSeen); // What the trial took is no measure of the steps.
        await this.#save(event.state); // A trial is dear: it is not held twice.
        break;
      case 'step': {
        const { state, samplesSeen, loss, smoothedLoss } = event;
        const isFirst = this.#state === null;
        this.#state = state;
        this.#pace.mark(samplesSeen);
        this.#setup.journal.note({ samplesSeen, loss, smoothedLoss });
        this.#tellStep(samplesSeen, loss, smoothedLoss);
        if (isFirst) this.#pace = new Pace(samplesSeen); // The first step held the compilation too: no measure of the others.
        if (this.#setup.journal.isDue) await this.#save(state);
        break;
      }
    }
  }

  #tellStep(samplesSeen: number, loss: number, smoothedLoss: number): void {
    const now = performance.now();
    if (now - this.#toldAt < tellIntervalMs && samplesSeen < this.#setup.job.samples) return;
    this.#toldAt = now;
    const { samples: samplesTotal } = this.#setup.job;
    const { perSecond: samplesPerSecond } = this.#pace;
    this.#setup.tell({ kind: 'step', samplesSeen, samplesTotal, loss, smoothedLoss, samplesPerSecond, secondsLeft: this.#pace.secondsLeft(samplesTotal) });
  }

  /** Waits while paused, with everything written. @throws {AppError} `cancelled` */
  async #pauseOrCancel(phase: 'encoding-photos' | 'learning'): Promise<void> {
    if (this.#setup.control.isPaused) {
      this.#pace.pause();
      await this.#save(this.#state, { status: 'paused' });
      this.#setup.tell({ kind: 'paused' });
      await this.#setup.control.whilePaused();
      this.#pace.resume();
      if (!this.#setup.control.isCancelled) {
        await this.#change({ status: 'running' });
        this.#setup.tell({ kind: 'resumed' });
        this.#setup.tell({ kind: 'phase', phase });
      }
    }
    this.#setup.control.throwIfCancelled();
  }

  /** Writes a checkpoint and tells. Without room it warns and keeps the state in memory. */
  async #save(state: TrainingState | null, change: Partial<RunRecord> = {}): Promise<void> {
    if (state === null) return this.#change(change);
    const error = await this.#setup.journal.save(state, change);
    if (error === null) {
      this.#setup.desk.unsaved.delete(this.#setup.run.id);
      this.#setup.tell({ kind: 'checkpoint', samplesSeen: state.samplesSeen });
    } else {
      this.#setup.desk.unsaved.set(this.#setup.run.id, state);
      this.#setup.tell({ kind: 'warning', error: encodeError(error) });
    }
  }

  /** Changes the stored record only. */
  async #change(change: Partial<RunRecord>): Promise<void> {
    const error = await this.#setup.journal.change(change);
    if (error !== null) this.#setup.tell({ kind: 'warning', error: encodeError(error) });
  }
}
