/** @file The photos of the contact sheet in the storage: added, removed, changed, measured. What the checks say of them is in `sheet.svelte.ts`. */
import { decodeError, type EncodedError } from '#models/errors/error-codec.ts';
import { type CheckId, hardChecks } from '#models/checks/index.ts';
import { noEdit, type PhotoEdit } from '#models/vision/photo-edit.ts';
import { addPhoto, listPhotos, type PhotoRecord, removePhotos, updatePhoto } from '#storage/photo-store.ts';
import type { PreparedPhoto } from '#workers/contract/photos.ts';
import { devicePhotos } from '../executors/device.ts';
import { faceFactsOf } from '../flows/choose-face.ts';
import { changeOfEdit, type PhotoChange } from '../flows/edit-photo.ts';
import type { Project } from './project.svelte.ts';
import { Sheet, type SheetPhoto } from './sheet.svelte.ts';

export class Photos extends Sheet {
  readonly #project: Project;
  #isLoaded = $state(false);
  #measuring = $state(0);
  /** Ids of stored photos whose bytes have gone bad. */
  #unreadable = $state.raw<ReadonlySet<string>>(new Set());

  constructor(project: Project) {
    super();
    this.#project = project;
  }

  get isLoaded(): boolean {
    return this.#isLoaded;
  }

  /** Photos that are being measured because an older version of the app stored them. */
  get measuring(): number {
    return this.#measuring;
  }

  async restore(): Promise<void> {
    const records = await listPhotos(this.#project.id);
    this.show(records.map(toSheetPhoto));
    this.#isLoaded = true;
  }

  /**
   * Stores a photo that the worker made ready, unless it is here already.
   *
   * @returns false for a photo that is here already
   * @throws {AppError} storage-full and the like
   */
  async store(photo: PreparedPhoto, fileName: string): Promise<boolean> {
    if (this.list.some(({ record }) => record.digest === photo.digest)) return false;
    const record: PhotoRecord = {
      id: crypto.randomUUID(),
      projectId: this.#project.id,
      fileName,
      addedAt: Date.now(),
      original: null,
      edit: noEdit,
      chosenFace: null,
      overridden: [],
      ...photo,
    };
    await addPhoto(record);
    this.show([...this.list, toSheetPhoto(record)]);
    return true;
  }

  /** Removes photos. Returns their records, with which `putBack` undoes it. */
  async remove(ids: readonly string[]): Promise<PhotoRecord[]> {
    const gone = this.list.filter(({ record }) => ids.includes(record.id));
    await removePhotos(ids);
    this.show(this.list.filter((photo) => !gone.includes(photo)));
    return gone.map(({ record }) => record);
  }

  /** Writes records as they were: undoes a removal or a change. */
  async putBack(records: readonly PhotoRecord[]): Promise<void> {
    for (const record of records) await addPhoto(record);
    await this.restore();
  }

  /** Uses a photo although the checks say otherwise. Hard stops stay. */
  async useAnyway(id: string): Promise<void> {
    const checks = this.judgementOf(id).open.map(({ check }) => check);
    if (checks.some((check) => hardChecks.has(check))) return;
    await this.#setOverridden(id, (overridden) => [...new Set([...overridden, ...checks])]);
  }

  /** Lets the checks decide again. */
  async obeyChecks(id: string): Promise<void> {
    await this.#setOverridden(id, () => []);
  }

  /**
   * Renders an edit of the original, measures the result and stores both. The original stays as it is.
   *
   * @param chosenFace index into the faces of the photo as it is now; null for the surest
   * @returns the record as it was, with which `putBack` undoes it; undefined if the photo is gone
   * @throws {AppError} what the worker or the storage says
   */
  async change(id: string, edit: PhotoEdit, chosenFace: number | null): Promise<PhotoRecord | undefined> {
    const before = this.find(id)?.record;
    if (before === undefined) return undefined;
    await this.#write(id, await changeOfEdit(before, edit, chosenFace, (original, wanted) => devicePhotos().edit(original, wanted)));
    return before;
  }

  /** Without those that can no longer be read: they are told of on their own, and looking again would not help. */
  override get uncheckedCount(): number {
    return this.list.filter(({ record }) => record.measures === null && !this.#unreadable.has(record.id)).length;
  }

  /**
   * Measures photos that older versions of the app stored, and those that nobody could look at; one at a time, behind everything else.
   *
   * @throws {AppError} at the end, why a stored photo can no longer be read; the others are measured all the same
   */
  async measureMissing(): Promise<void> {
    if (this.#measuring > 0) return;
    const ids = this.list.filter(({ record }) => record.measures === null).map(({ record }) => record.id);
    let broken: EncodedError | null = null;
    try {
      for (const [index, id] of ids.entries()) {
        this.#measuring = ids.length - index;
        const record = this.find(id)?.record;
        if (record === undefined) continue;
        const result = await devicePhotos().edit(record.original?.picture ?? record.picture, record.edit);
        if (!result.ok && result.error.code === 'cancelled') return;
        if (!result.ok) {
          broken = result.error;
          this.#unreadable = new Set([...this.#unreadable, id]);
          continue;
        }
        if (result.photo.measures === null) return; // The nets cannot run here; the page says so.
        await this.#write(id, { measures: result.photo.measures, ...faceFactsOf(result.photo.measures, record.chosenFace) });
      }
    } finally {
      this.#measuring = 0;
    }
    if (broken !== null) throw decodeError(broken);
  }

  async #setOverridden(id: string, next: (overridden: readonly CheckId[]) => readonly CheckId[]): Promise<void> {
    const record = this.find(id)?.record;
    if (record !== undefined) await this.#write(id, { overridden: next(record.overridden) });
  }

  async #write(id: string, change: PhotoChange): Promise<void> {
    const record = await updatePhoto(id, change);
    const old = this.find(id);
    if (record === undefined || old === undefined) return;
    const photo = change.thumbnail === undefined ? { record, thumbnailUrl: old.thumbnailUrl } : toSheetPhoto(record);
    this.show(this.list.map((entry) => (entry.record.id === id ? photo : entry)));
  }
}

function toSheetPhoto(record: PhotoRecord): SheetPhoto {
  return { record, thumbnailUrl: URL.createObjectURL(record.thumbnail) };
}
