/** @file The engine's parts that need no browser: the queue, the pace, and the journal with storage that fails. */
import { describe, expect, test } from 'vitest';
import { AppError } from '#models/errors/app-error.ts';
import { tensor } from '#models/tensor/tensor.ts';
import { decodeCheckpoint } from '#models/training/checkpoint.ts';
import { AdamW } from '#models/training/optimizers/adamw.ts';
import type { TrainingState } from '#models/training/train-lora.ts';
import type { CheckpointRecord } from '#storage/checkpoint-store.ts';
import type { RunRecord } from '#storage/run-store.ts';
import { JobQueue, breathe, type JobControl } from './job-queue.ts';
import { Pace } from './pace.ts';
import { checkpointIntervalMs, RunJournal, type JournalStorage } from './run-journal.ts';

describe('JobQueue', () => {
  test('runs one job at a time, in order, and goes on after a failure', async () => {
    const queue = new JobQueue();
    const log: string[] = [];
    const job = (name: string) => async (): Promise<void> => {
      log.push(`${name} starts`);
      await breathe();
      log.push(`${name} ends`);
    };
    const failing = queue.run('train', async () => {
      await job('a')();
      throw new Error('broken');
    });
    const second = queue.run('generate', job('b'));
    await expect(failing).rejects.toThrow('broken');
    await second;
    expect(log).toEqual(['a starts', 'a ends', 'b starts', 'b ends']);
  });

  test('cancels one kind, working or waiting, and leaves the others alone', async () => {
    const queue = new JobQueue();
    let working: JobControl | undefined;
    const train = queue.run('train', async (control) => {
      working = control;
      await breathe();
      queue.cancel('generate');
      return control.isCancelled;
    });
    const generate = queue.run('generate', (control) => Promise.resolve(control.isCancelled));
    const probe = queue.run('probe', (control) => Promise.resolve(control.isCancelled));
    expect(await Promise.all([train, generate, probe])).toEqual([false, true, false]);
    queue.cancel();
    expect(working?.isCancelled).toBe(false);
  });

  test('a paused job waits until it is resumed or cancelled', async () => {
    const queue = new JobQueue();
    for (const end of ['resume', 'cancel'] as const) {
      let isOver = false;
      const job = queue.run('train', async (control) => {
        queue.pause();
        await control.whilePaused();
        isOver = true;
      });
      await breathe();
      await breathe();
      expect(isOver).toBe(false);
      queue[end]();
      await job;
      expect(isOver).toBe(true);
    }
  });
});

describe('Pace', () => {
  test('counts the last half minute and leaves pauses out', () => {
    let now = 0;
    const pace = new Pace(100, () => now);
    expect(pace.secondsLeft(200)).toBe(0);
    for (let count = 101; count <= 110; count++) {
      now += 1000;
      pace.mark(count);
    }
    expect(pace.perSecond).toBeCloseTo(1);
    pace.pause();
    now += 3_600_000;
    pace.resume();
    for (let count = 112; count <= 190; count += 2) {
      now += 1000;
      pace.mark(count);
    }
    expect(pace.perSecond).toBeCloseTo(2); // the slow seconds at the start have left the window
    expect(pace.secondsLeft(200)).toBeCloseTo(5);
  });
});

describe('RunJournal', () => {
  const stateAfter = (samplesSeen: number): TrainingState => ({
    samplesSeen,
    smoothedLoss: 0.5,
    optimizer: new AdamW(undefined, { steps: samplesSeen, moments: new Map() }),
    factors: new Map([
      ['unet.conv_in', { down: tensor('float32', [1, 2], Float32Array.of(samplesSeen, 2)), up: tensor('float32', [2, 1], Float32Array.of(3, 4)), scale: 1 }],
    ]),
    trials: [],
    best: null,
  });
  const point = (samplesSeen: number) => ({ samplesSeen, loss: 1, smoothedLoss: 1 });

  function memoryStorage(run: Partial<RunRecord>): JournalStorage & { run: RunRecord; checkpoint: CheckpointRecord | null; isFull: boolean } {
    return {
      run: { losses: [], previews: [], ...run } as unknown as RunRecord,
      checkpoint: null,
      isFull: false,
      async saveCheckpoint(checkpoint) {
        if (this.isFull) throw new AppError('storage-full', { message: 'no room', retryable: true });
        this.checkpoint = checkpoint;
      },
      async updateRun(_id, change) {
        this.run = { ...this.run, ...change(this.run) };
      },
    };
  }

  test('a checkpoint is due after the interval, also while every one fails', async () => {
    let now = 0;
    const storage = memoryStorage({});
    const journal = new RunJournal('r', 0, storage, () => now);
    expect(journal.isDue).toBe(false);
    now = checkpointIntervalMs;
    expect(journal.isDue).toBe(true);
    storage.isFull = true;
    await journal.save(stateAfter(4));
    expect(journal.isDue).toBe(false);
    now = 2 * checkpointIntervalMs;
    expect(journal.isDue).toBe(true);
  });

  test('no room: the error is told, nothing stored is touched, and the next save holds everything', async () => {
    const storage = memoryStorage({ status: 'running' });
    const journal = new RunJournal('r', 0, storage);
    journal.note(point(4));
    expect(await journal.save(stateAfter(4))).toBeNull();
    storage.isFull = true;
    journal.note(point(8));
    expect((await journal.save(stateAfter(8)))?.code).toBe('storage-full');
    expect(storage.checkpoint?.samplesSeen).toBe(4);
    expect(storage.run).toMatchObject({ samplesSeen: 4, losses: [point(4)] });
    storage.isFull = false;
    journal.note(point(12));
    expect(await journal.save(stateAfter(12))).toBeNull();
    expect(storage.run).toMatchObject({ samplesSeen: 12, losses: [point(4), point(8), point(12)] });
    expect(decodeCheckpoint(new Uint8Array(storage.checkpoint!.bytes)).factors.get('unet.conv_in')!.down.data[0]).toBe(12);
  });

  test('an error that is not about storage is not swallowed', async () => {
    const storage = { ...memoryStorage({}), saveCheckpoint: () => Promise.reject(new TypeError('a bug')) };
    await expect(new RunJournal('r', 0, storage).save(stateAfter(4))).rejects.toThrow('a bug');
  });

  test('a resumed run drops the points and prints of lost updates', async () => {
    const print = (samplesSeen: number) => ({ samplesSeen, png: new Blob() });
    const storage = memoryStorage({ status: 'running', samplesSeen: 9, losses: [point(4), point(8), point(9)], previews: [print(0), print(9)] });
    await new RunJournal('r', 8, storage).start();
    expect(storage.run).toMatchObject({ samplesSeen: 8, losses: [point(4), point(8)], previews: [{ samplesSeen: 0 }] });
  });
});
