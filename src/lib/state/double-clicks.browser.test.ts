/** @file A second click while the first is still being answered orders nothing more, and every click is answered at once. Storage is the browser's own; the engine only counts its orders. */
import { beforeEach, expect, test, vi } from 'vitest';
import type { TrainEvent } from '#workers/contract/engine.ts';
import { listRuns } from '#storage/run-store.ts';
import { deviceEngine } from '../executors/device.ts';
import type { Device } from './device.svelte.ts';
import type { Gallery } from './gallery.svelte.ts';
import type { Models } from './models.svelte.ts';
import type { Photos } from './photos.svelte.ts';
import { Project } from './project.svelte.ts';
import { Studio } from './studio.svelte.ts';
import { Training } from './training.svelte.ts';

const likeness = { id: 'likeness', projectId: 'project', runId: 'gone', createdAt: 0, name: '', triggerPrompt: '' };
const noSpeed = { secondsToDraw: () => null } as unknown as Device;
const twoPhotos = { usable: [{ id: 'a' }, { id: 'b' }], sampleClass: 'woman' } as unknown as Photos;

beforeEach(() => {
  vi.restoreAllMocks();
});

async function openProject(): Promise<Project> {
  const project = new Project();
  await project.restore();
  return project;
}

test('two clicks on “Make pictures” order one queue', async () => {
  const generate = vi.spyOn(deviceEngine(), 'generate').mockResolvedValue();
  const training = { likeness, likenessModelId: 'builtin' } as unknown as Training;
  const studio = new Studio(await openProject(), training, {} as Gallery, noSpeed);
  studio.setCount('boardroom', 2);
  const clicks = [studio.make(), studio.make()];
  expect(studio.isAtWork).toBe(true);
  await Promise.all(clicks);
  expect(generate).toHaveBeenCalledTimes(1);
  expect(studio.slots).toHaveLength(studio.drawnTotal);
});

test('two clicks on “Start learning” order one run', async () => {
  const train = vi.spyOn(deviceEngine(), 'train').mockResolvedValue();
  const project = await openProject();
  const before = (await listRuns(project.id)).length;
  const training = new Training(project, twoPhotos, { chosenId: 'builtin' } as unknown as Models);
  const clicks = [training.start('fast'), training.start('fast')];
  expect(training.isAtWork).toBe(true);
  await Promise.all(clicks);
  expect(train).toHaveBeenCalledTimes(1);
  expect(await listRuns(project.id)).toHaveLength(before + 1);
});

test('a run that cannot be ordered leaves the page as it was', async () => {
  const training = new Training(await openProject(), { usable: [] } as unknown as Photos, { chosenId: 'builtin' } as unknown as Models);
  await expect(training.start('fast')).rejects.toMatchObject({ code: 'photos-too-few' });
  expect(training.status).toEqual({ kind: 'none' });
});

test('a pause is said at once, and until the engine has paused', async () => {
  let tell: (event: TrainEvent) => void = () => undefined;
  let finish = (): void => undefined;
  vi.spyOn(deviceEngine(), 'train').mockImplementation((_run, onEvent) => {
    tell = onEvent;
    return new Promise((resolve) => {
      finish = resolve;
    });
  });
  vi.spyOn(deviceEngine(), 'pause').mockResolvedValue();
  const training = new Training(await openProject(), twoPhotos, { chosenId: 'builtin' } as unknown as Models);
  const work = training.start('fast');
  await vi.waitFor(() => {
    expect(deviceEngine().train).toHaveBeenCalled();
  });
  tell({ kind: 'phase', phase: 'learning' });
  await training.pause();
  expect(training.isPausing).toBe(true);
  tell({ kind: 'paused' });
  expect([training.isPausing, training.status.kind]).toEqual([false, 'paused']);
  finish();
  await work;
});
