/** @file Ordering a training run: a plain job, written to the run store, where the engine finds it. */
import type { PhotoRecord } from '#storage/photo-store.ts';
import { type RunRecord, saveRun } from '#storage/run-store.ts';
import { AppError } from '#models/errors/app-error.ts';
import type { Project } from '../state/project.svelte.ts';
import { type Effort, fewestPhotos, mostPhotos, samplesFor } from './defaults.ts';

/**
 * Writes a new run with status `queued`.
 *
 * @throws {AppError} photos-too-few or photos-too-many
 */
export async function createRun(project: Project, photos: readonly PhotoRecord[], effort: Effort): Promise<RunRecord> {
  if (photos.length < fewestPhotos) throw new AppError('photos-too-few', { message: `${photos.length} usable photos, at least ${fewestPhotos} are needed` });
  if (photos.length > mostPhotos) throw new AppError('photos-too-many', { message: `${photos.length} photos, at most ${mostPhotos}` });
  const now = Date.now();
  const run: RunRecord = {
    id: crypto.randomUUID(),
    projectId: project.id,
    job: { personClass: project.personClass ?? 'person', samples: samplesFor(effort) },
    photoIds: photos.map((photo) => photo.id),
    status: 'queued',
    createdAt: now,
    updatedAt: now,
    samplesSeen: 0,
    losses: [],
    previews: [],
    likenessId: null,
    error: null,
  };
  await saveRun(run);
  return run;
}

/** How many samples a stored run is to see; 0 if its job does not say. */
export function samplesTotalOf(run: RunRecord): number {
  const { job } = run;
  return typeof job === 'object' && job !== null && 'samples' in job && typeof job.samples === 'number' ? job.samples : 0;
}
