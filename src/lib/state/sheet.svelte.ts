/** @file The photos as they lie on the contact sheet, and what the checks say of each and of all. Changing them is in `photos.svelte.ts`. */
import type { Coverage } from '#models/checks/index.ts';
import type { PersonClass } from '#storage/project-store.ts';
import type { PhotoRecord } from '#storage/photo-store.ts';
import { fewestPhotos, mostKeptPhotos, mostPhotos } from '../flows/defaults.ts';
import { coverageOfPhotos, judgePhotos, type Judgement, photosForTraining } from '../flows/judge-photos.ts';
import { samplePrefix } from '../flows/load-sample.ts';

/** A stored photo with an address for its thumbnail. */
export interface SheetPhoto {
  readonly record: PhotoRecord;
  readonly thumbnailUrl: string;
}

const nothingKnown: Judgement = { state: 'unchecked', open: [], setAside: [], isHardStop: false };

export class Sheet {
  #list = $state.raw<readonly SheetPhoto[]>([]);
  readonly #records = $derived(this.#list.map(({ record }) => record));
  readonly #judgements = $derived(judgePhotos(this.#records));
  readonly #usable = $derived(photosForTraining(this.#records, this.#judgements));
  readonly #coverage = $derived(coverageOfPhotos(this.#usable));

  get list(): readonly SheetPhoto[] {
    return this.#list;
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

  /** How many photos nobody looked at, because the face detector could not run. */
  get uncheckedCount(): number {
    return this.#records.filter(({ measures }) => measures === null).length;
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
    return this.#records.length > 0 && this.#records.every(({ fileName }) => fileName.startsWith(samplePrefix));
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

  /** Shows other photos. The addresses of those that are gone are let go. */
  protected show(list: readonly SheetPhoto[]): void {
    const kept = new Set(list.map(({ thumbnailUrl }) => thumbnailUrl));
    for (const { thumbnailUrl } of this.#list) if (!kept.has(thumbnailUrl)) URL.revokeObjectURL(thumbnailUrl);
    this.#list = list;
  }
}
