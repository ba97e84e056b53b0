/** @file The contact sheet of photos: what is stored, what is being prepared, and what could not be used. */
import { noEdit } from '#models/vision/photo-edit.ts';
import type { PersonClass } from '#storage/project-store.ts';
import { addPhoto, listPhotos, type PhotoRecord, removePhoto, removePhotosOf } from '#storage/photo-store.ts';
import { failureFromCode, type Failure, toFailure } from '../errors/failure.ts';
import { devicePhotos } from '../executors/device.ts';
import { fewestPhotos, mostPhotos } from '../flows/defaults.ts';
import { markOf, photosForTraining } from '../flows/photo-marks.ts';
import type { Project } from './project.svelte.ts';

/** A stored photo with an address for its thumbnail. */
export interface SheetPhoto {
  readonly record: PhotoRecord;
  readonly thumbnailUrl: string;
}

/** A file that was not taken, and why. */
export interface PhotoProblem {
  readonly fileName: string;
  readonly reason: { readonly kind: 'duplicate' } | { readonly kind: 'failure'; readonly failure: Failure };
}

/** The file in the worker now, and how many wait behind it. */
export interface Preparing {
  readonly fileName: string;
  readonly waiting: number;
}

export class Photos {
  readonly #project: Project;
  #list = $state.raw<readonly SheetPhoto[]>([]);
  #isLoaded = $state(false);
  #preparing = $state.raw<Preparing | null>(null);
  #problems = $state.raw<readonly PhotoProblem[]>([]);
  #leftOut = $state.raw<readonly string[]>([]);
  #waiting: File[] = [];
  #addedInBatch = 0;

  constructor(project: Project) {
    this.#project = project;
  }

  get list(): readonly SheetPhoto[] {
    return this.#list;
  }

  get isLoaded(): boolean {
    return this.#isLoaded;
  }

  get preparing(): Preparing | null {
    return this.#preparing;
  }

  get problems(): readonly PhotoProblem[] {
    return this.#problems;
  }

  /** Names of the files beyond the first 25. */
  get leftOut(): readonly string[] {
    return this.#leftOut;
  }

  /** The photos that a run learns from; those without a face are left out. */
  get usable(): readonly PhotoRecord[] {
    return photosForTraining(this.#list.map((photo) => photo.record));
  }

  /** How many photos nobody looked at, because the face detector could not run. */
  get uncheckedCount(): number {
    return this.#list.filter((photo) => photo.record.faceCount === null).length;
  }

  get canLearn(): boolean {
    return this.usable.length >= fewestPhotos;
  }

  /** True if all photos are of the invented sample person. */
  get isSample(): boolean {
    return this.#list.length > 0 && this.#list.every((photo) => photo.record.fileName.startsWith(samplePrefix));
  }

  /** What the sample person is called in prompts; null for photos of one's own. */
  get sampleClass(): PersonClass | null {
    return this.isSample ? 'woman' : null;
  }

  /** Mark of a photo, in view of the others. */
  markOf(photo: PhotoRecord): ReturnType<typeof markOf> {
    return markOf(photo, this.#list.map((entry) => entry.record));
  }

  async restore(): Promise<void> {
    const records = await listPhotos(this.#project.id);
    this.#release();
    this.#list = records.map(toSheetPhoto);
    this.#isLoaded = true;
  }

  /**
   * Prepares files one by one in the worker and stores the good ones, the first 25 at most.
   *
   * @returns how many were added
   * @throws {AppError} storage-full and the like; files stored before that stay
   */
  async add(files: readonly File[]): Promise<number> {
    this.#waiting.push(...files);
    if (this.#preparing !== null) return 0; // The loop below takes them too.
    this.#problems = [];
    this.#leftOut = [];
    this.#addedInBatch = 0;
    try {
      for (let file = this.#waiting.shift(); file !== undefined; file = this.#waiting.shift()) {
        if (this.#list.length >= mostPhotos) {
          this.#leftOut = [file, ...this.#waiting].map((rest) => rest.name);
          this.#waiting = [];
          break;
        }
        this.#preparing = { fileName: file.name, waiting: this.#waiting.length };
        await this.#addOne(file);
      }
      return this.#addedInBatch;
    } finally {
      this.#waiting = [];
      this.#preparing = null;
    }
  }

  /** Forgets the files that still wait; the one in the worker is finished. */
  stopAdding(): void {
    this.#waiting = [];
  }

  dismissProblems(): void {
    this.#problems = [];
    this.#leftOut = [];
  }

  /** Removes a photo. Returns the record, with which `putBack` undoes it. */
  async remove(id: string): Promise<PhotoRecord | undefined> {
    const photo = this.#list.find((entry) => entry.record.id === id);
    if (photo === undefined) return undefined;
    await removePhoto(id);
    this.#list = this.#list.filter((entry) => entry !== photo);
    URL.revokeObjectURL(photo.thumbnailUrl);
    return photo.record;
  }

  /** Removes all photos. Returns their records, with which `putBack` undoes it. */
  async removeAll(): Promise<PhotoRecord[]> {
    const records = this.#list.map((photo) => photo.record);
    await removePhotosOf(this.#project.id);
    this.#release();
    this.#list = [];
    return records;
  }

  async putBack(records: readonly PhotoRecord[]): Promise<void> {
    for (const record of records) await addPhoto(record);
    await this.restore();
  }

  async #addOne(file: File): Promise<void> {
    const result = await devicePhotos().prepare(file, file.name);
    if (!result.ok) {
      this.#report(file.name, { kind: 'failure', failure: failureFromCode(result.error.code, result.error.message) });
      return;
    }
    if (this.#list.some((entry) => entry.record.digest === result.photo.digest)) {
      this.#report(file.name, { kind: 'duplicate' });
      return;
    }
    const record: PhotoRecord = {
      id: crypto.randomUUID(),
      projectId: this.#project.id,
      fileName: file.name,
      addedAt: Date.now(),
      original: null,
      edit: noEdit,
      chosenFace: null,
      overridden: [],
      ...result.photo,
    };
    try {
      await addPhoto(record);
    } catch (error) {
      this.#report(file.name, { kind: 'failure', failure: toFailure(error) });
      throw error;
    }
    this.#list = [...this.#list, toSheetPhoto(record)];
    this.#addedInBatch += 1;
  }

  #report(fileName: string, reason: PhotoProblem['reason']): void {
    this.#problems = [...this.#problems, { fileName, reason }];
  }

  #release(): void {
    for (const photo of this.#list) URL.revokeObjectURL(photo.thumbnailUrl);
  }
}

/** File names of the sample person begin so; the consent step then needs no attestation. */
export const samplePrefix = 'ada-sample-';

function toSheetPhoto(record: PhotoRecord): SheetPhoto {
  return { record, thumbnailUrl: URL.createObjectURL(record.thumbnail) };
}
