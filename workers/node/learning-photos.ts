/** @file Photo files as a training takes them. */
import { isAppError } from '#models/errors/app-error.ts';
import type { GraphRunner } from '#models/runtime/graph-runner.ts';
import type { LearningPhoto } from '#models/training/prepare-examples.ts';
import { faceWithForehead } from '#models/vision/training-crop.ts';
import { openPhotoAnalyzer } from './face-models.ts';
import { listImageFiles } from './image-files.ts';
import { readPhoto } from './photo-check/read-photo.ts';

/** A file that cannot be learned from, and why. */
export interface RefusedPhoto {
  readonly file: string;
  readonly code: string;
  readonly reason: string;
}

/** What people have: the pages take these too. */
const photoExtensions: ReadonlySet<string> = new Set(['.jpg', '.jpeg', '.png', '.webp', '.avif', '.heic', '.heif']);

/** Photos in a folder, by name. @throws {AppError} `usage` if the folder cannot be read */
export function listPhotoFiles(folder: string): Promise<string[]> {
  return listImageFiles(folder, photoExtensions);
}

/**
 * Decodes the photos and finds the surest face of each; one bad file does not stop the others.
 *
 * @param runner       not owned
 * @param withMeasures whether captions want what the other nets read too
 */
export async function readLearningPhotos(
  runner: GraphRunner,
  files: readonly string[],
  withMeasures: boolean,
): Promise<{ photos: LearningPhoto[]; refused: readonly RefusedPhoto[] }> {
  const looker = await openPhotoAnalyzer(runner);
  const photos: LearningPhoto[] = [];
  const refused: RefusedPhoto[] = [];
  for (const file of files) {
    try {
      const picture = await readPhoto(file);
      const measures = withMeasures ? await looker.analyzer.measure(picture) : null;
      const [face] = measures?.faces ?? (await looker.analyzer.detect(picture)).map(({ box }) => ({ box: faceWithForehead(box) }));
      photos.push({ picture, faceBox: face?.box ?? null, measures });
    } catch (error) {
      if (!isAppError(error)) throw error;
      refused.push({ file, code: error.code, reason: error.message });
    }
  }
  await looker.dispose();
  return { photos, refused };
}
