/** @file The contact sheet of photos: what is stored, what the checks say of it, and what a person does about it. */
import { decodeError } from '#models/errors/error-codec.ts';
import { type CheckId, type Coverage, hardChecks } from '#models/checks/index.ts';
import { isNoEdit, noEdit, type PhotoEdit } from '#models/vision/photo-edit.ts';
import type { PersonClass } from '#storage/project-store.ts';
import { addPhoto, listPhotos, type PhotoRecord, removePhotos, updatePhoto } from '#storage/photo-store.ts';
import type { PreparedPhoto } from '#workers/contract/photos.ts';
import { devicePhotos } from '../executors/device.ts';
import { faceAfterEdit, faceFactsOf } from '../flows/choose-face.ts';
import { isSameEdit } from '../flows/edit-history.ts';
import { fewestPhotos, mostKeptPhotos, mostPhotos } from '../flows/defaults.ts';
import { coverageOfPhotos, judgePhotos, type Judgement, photosForTraining } from '../flows/judge-photos.ts';
import { samplePrefix } from '../flows/load-sample.ts';
import type { Project } from './project.svelte.ts';

/** A stored photo with an address for its thumbnail. */
export interface SheetPhoto {
  readonly record: PhotoRecord;
  readonly thumbnailUrl: string;
}

const nothingKnown: Judgement = { state: 'unchecked', open: [], setAside: [], isHardStop: false };

export class Photos {
  readonly #project: Project;
  #list = $state.raw<readonly SheetPhoto[]>([]);
  #isLoaded = $state(false);
  #measuring = $state(0);
  readonly #judgements = $derived(judgePhotos(this.#list.map(({ record }) => record)));
  readonly #usable = $derived(
    photosForTraining(
      this.#list.map(({ record }) => record),
      this.#judgements,
    ),
  );
  readonly #coverage = $derived(coverageOfPhotos(this.#usable));

  constructor(project: Project) {
    this.#project = project;
  }

  get list(): readonly SheetPhoto[] {
    return this.#list;
  }

  get isLoaded(): boolean {
    return this.#isLoaded;
  }

  /** The photos that a run learns from. */
  get usable(): readonly PhotoRecord[] {
    return this.#usable;
  }

  /** Photos in the order of the sheet that are not left out. */
  get inUse(): readonly SheetPhoto[] {
    return this.#list.filter(({ record }) => this.judgementOf(record.id).state !== 'left-out');
  }

  get leftOut(): readonly SheetPhoto[] {
    return this.#list.filter(({ record }) => this.judgementOf(record.id).state === 'left-out');
  }

  get coverage(): Coverage {
    return this.#coverage;
  }

  /** Photos that are being measured because an older version of the app stored them. */
  get measuring(): number {
    return this.#measuring;
  }

  /** How many photos nobody looked at, because the face detector could not run. */
  get uncheckedCount(): number {
    return this.#list.filter(({ record }) => record.measures === null).length;
  }

  /** True once there are as many photos as one likeness takes, or as the sheet holds. */
  get isFull(): boolean {
    return this.#usable.length >= mostPhotos || this.#list.length >= mostKeptPhotos;
  }

  get canLearn(): boolean {
    return this.#usable.length >= fewestPhotos;
  }

  /** True if all photos are of the invented sample person. */
  get isSample(): boolean {
    return this.#list.length > 0 && this.#list.every((photo) => photo.record.fileName.startsWith(samplePrefix));
  }

  /** What the sample person is called in prompts; null for photos of one's own. */
  get sampleClass(): PersonClass | null {
    return this.isSample ? 'woman' : null;
  }

  /** What the checks say of a photo, in view of the others. */
  judgementOf(id: string): Judgement {
    return this.#judgements.get(id) ?? nothingKnown;
  }

  find(id: string): SheetPhoto | undefined {
    return this.#list.find(({ record }) => record.id === id);
  }

  async restore(): Promise<void> {
    const records = await listPhotos(this.#project.id);
    this.#release(this.#list);
    this.#list = records.map(toSheetPhoto);
    this.#isLoaded = true;
  }

  /**
   * Stores a photo that the worker made ready, unless it is here already.
   *
   * @returns false for a photo that is here already
   * @throws {AppError} storage-full and the like
   */
  async store(photo: PreparedPhoto, fileName: string): Promise<boolean> {
    if (this.#list.some(({ record }) => record.digest === photo.digest)) return false;
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
    this.#list = [...this.#list, toSheetPhoto(record)];
    return true;
  }

  /** Removes photos. Returns their records, with which `putBack` undoes it. */
  async remove(ids: readonly string[]): Promise<PhotoRecord[]> {
    const gone = this.#list.filter(({ record }) => ids.includes(record.id));
    await removePhotos(ids);
    this.#list = this.#list.filter((photo) => !gone.includes(photo));
    this.#release(gone);
    return gone.map(({ record }) => record);
  }

  /** Removes all photos. Returns their records, with which `putBack` undoes it. */
  removeAll(): Promise<PhotoRecord[]> {
    return this.remove(this.#list.map(({ record }) => record.id));
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
    if (isSameEdit(edit, before.edit)) {
      await this.#write(id, { chosenFace, ...faceFactsOf(before.measures, chosenFace) });
      return before;
    }
    const original = before.original ?? { picture: before.picture, widthPx: before.widthPx, heightPx: before.heightPx };
    const result = await devicePhotos().edit(original.picture, edit);
    if (!result.ok) throw decodeError(result.error);
    const { picture, thumbnail, widthPx, heightPx, measures } = result.photo;
    const wanted = chosenFace === null ? null : (before.measures?.faces[chosenFace]?.box ?? null);
    const face = measures === null ? null : faceAfterEdit(wanted, original, before.edit, edit, measures);
    await this.#write(id, {
      picture: isNoEdit(edit) ? original.picture : picture,
      thumbnail,
      widthPx,
      heightPx,
      original: isNoEdit(edit) ? null : original,
      edit,
      measures,
      chosenFace: face,
      overridden: [], // What was set aside was said of another picture.
      ...faceFactsOf(measures, face),
    });
    return before;
  }

  /** Measures photos that older versions of the app stored, and those that nobody could look at; one at a time, behind everything else. */
  async measureMissing(): Promise<void> {
    if (this.#measuring > 0) return;
    const ids = this.#list.filter(({ record }) => record.measures === null).map(({ record }) => record.id);
    try {
      for (const [index, id] of ids.entries()) {
        this.#measuring = ids.length - index;
        const record = this.find(id)?.record;
        if (record === undefined) continue;
        const result = await devicePhotos().edit(record.original?.picture ?? record.picture, record.edit);
        if (!result.ok || result.photo.measures === null) return; // The nets cannot run here; the page says so.
        await this.#write(id, { measures: result.photo.measures, ...faceFactsOf(result.photo.measures, record.chosenFace) });
      }
    } finally {
      this.#measuring = 0;
    }
  }

  async #setOverridden(id: string, next: (overridden: readonly CheckId[]) => readonly CheckId[]): Promise<void> {
    const record = this.find(id)?.record;
    if (record !== undefined) await this.#write(id, { overridden: next(record.overridden) });
  }

  async #write(id: string, change: Parameters<typeof updatePhoto>[1]): Promise<void> {
    const record = await updatePhoto(id, change);
    const old = this.find(id);
    if (record === undefined || old === undefined) return;
    const hasNewThumbnail = change.thumbnail !== undefined;
    const photo = hasNewThumbnail ? toSheetPhoto(record) : { record, thumbnailUrl: old.thumbnailUrl };
    this.#list = this.#list.map((entry) => (entry.record.id === id ? photo : entry));
    if (hasNewThumbnail) this.#release([old]);
  }

  #release(photos: readonly SheetPhoto[]): void {
    for (const photo of photos) URL.revokeObjectURL(photo.thumbnailUrl);
  }
}

function toSheetPhoto(record: PhotoRecord): SheetPhoto {
  return { record, thumbnailUrl: URL.createObjectURL(record.thumbnail) };
}
