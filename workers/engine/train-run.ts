/** @file The train job in the browser: learns a likeness from stored photos and keeps storage and page up to date. */
import { AppError, isAppError } from '#models/errors/app-error.ts';
import { encodeError } from '#models/errors/error-codec.ts';
import { removeCheckpoint, saveCheckpoint } from '#storage/checkpoint-store.ts';
import { listRuns, updateRun, type RunRecord } from '#storage/run-store.ts';
import type { TrainEvent } from '../contract/engine.ts';
import type { JobControl } from './job-queue.ts';
import { RunJournal, type JournalStorage } from './run-journal.ts';
import { readRun, readTrainingState } from './training-inputs.ts';
import { TrainingRun, type TrainingDesk } from './training-run.ts';

const storage: JournalStorage = { saveCheckpoint, updateRun };

/**
 * Trains one stored run to its end, pauses included. Never rejects: the last event says how it ended.
 *
 * @returns the error it failed with, or null
 */
export async function trainRun(runId: string, desk: TrainingDesk, control: JobControl, tell: (event: TrainEvent) => void): Promise<AppError | null> {
  try {
    const { run, job } = await readRun(runId);
    await forgetCancelledRuns(run);
    const resume = desk.unsaved.get(runId) ?? (await readTrainingState(runId));
    const journal = new RunJournal(runId, resume?.samplesSeen ?? 0, storage);
    await new TrainingRun({ run, job, desk, control, journal, tell }).work(resume);
    return null;
  } catch (error) {
    const encoded = encodeError(error);
    if (encoded.code === 'cancelled') {
      await updateRun(runId, { status: 'cancelled' }).catch(() => undefined);
      tell({ kind: 'cancelled' });
      return null;
    }
    // If not even this can be stored, the record still says "running" and the page offers to go on, which is true too.
    await updateRun(runId, { status: 'failed', error: encoded }).catch(() => undefined);
    tell({ kind: 'failed', error: encoded });
    return isAppError(error) ? error : new AppError('internal', { message: encoded.message, cause: error });
  }
}

/** A cancelled run's checkpoint can be taken up again until the next run starts; it is face data and does not stay longer. */
async function forgetCancelledRuns(run: RunRecord): Promise<void> {
  for (const other of await listRuns(run.projectId)) {
    if (other.id !== run.id && other.status === 'cancelled') await removeCheckpoint(other.id);
  }
}
