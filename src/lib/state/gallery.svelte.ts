/** @file The gallery: the stored pictures in order, their marks, what is set aside and why, and undoing what was done to them. */
import { personReference, rankPictures, type AsideReason, type PersonReference, type Standing } from '#models/ranking/index.ts';
import {
  findImage,
  type ImageMarks,
  type ImageRecord,
  type ImageWithFile,
  listImages,
  readImageFile,
  saveImages,
  takeImages,
  updateImage,
} from '#storage/image-store.ts';
import { devicePhotos } from '../executors/device.ts';
import { inShownOrder, type GallerySort, toRanked } from '../flows/gallery-order.ts';
import type { Photos } from './photos.svelte.ts';
import type { Project } from './project.svelte.ts';

export type GalleryFilter = 'all' | 'favourites' | 'aside';

/** How far looking at pictures for their ranking has come. */
export interface LookingProgress {
  readonly done: number;
  readonly total: number;
}

/** Something that can be taken back. */
type Undoable = () => Promise<void>;

const undoDepth = 50;

export class Gallery {
  readonly #project: Project;
  readonly #photos: Photos;
  #images = $state.raw<readonly ImageRecord[]>([]);
  #isLoaded = $state(false);
  #filter = $state<GalleryFilter>('all');
  #sort = $state<GallerySort>('best');
  #openStacks = $state.raw<ReadonlySet<string>>(new Set());
  #looking = $state.raw<LookingProgress | null>(null);
  #undo: Undoable[] = [];
  readonly #person = $derived.by(() =>
    personReference(
      this.#photos.usable.flatMap(({ id, measures, chosenFace }) =>
        measures === null ? [] : [{ id, measures, ...(chosenFace === null ? {} : { chosenFace }) }],
      ),
    ),
  );
  readonly #standings = $derived.by(() => new Map(rankPictures(this.#images.map(toRanked), this.#person).map((standing) => [standing.id, standing])));
  readonly #stackSizes = $derived.by(() => {
    const sizes = new Map<string, number>();
    for (const image of this.#images) {
      const leaderId = this.#standings.get(image.id)?.leaderId ?? image.id;
      if (leaderId !== image.id && !this.isAside(image)) sizes.set(leaderId, (sizes.get(leaderId) ?? 0) + 1);
    }
    return sizes;
  });

  constructor(project: Project, photos: Photos) {
    this.#project = project;
    this.#photos = photos;
  }

  get isLoaded(): boolean {
    return this.#isLoaded;
  }

  get filter(): GalleryFilter {
    return this.#filter;
  }

  get sort(): GallerySort {
    return this.#sort;
  }

  get count(): number {
    return this.countOf('all');
  }

  get isEmpty(): boolean {
    return this.#images.length === 0;
  }

  /** What the person's own photos are like: drawn pictures are held against it. */
  get person(): PersonReference {
    return this.#person;
  }

  /** Null while nothing is looked at. */
  get looking(): LookingProgress | null {
    return this.#looking;
  }

  /** The pictures that the filter lets through, in the chosen order; near-duplicates behind the best of them, or in it as long as their stack is closed. */
  get shown(): readonly ImageRecord[] {
    const passing = this.#images.filter((image) => this.#passes(image, this.#filter));
    return inShownOrder(passing, this.#standings, this.#sort, this.#filter === 'all' ? this.#openStacks : null);
  }

  /** As `shown`, with what lies in closed stacks: what a download of all holds. */
  get whole(): readonly ImageRecord[] {
    return inShownOrder(
      this.#images.filter((image) => this.#passes(image, this.#filter)),
      this.#standings,
      this.#sort,
      null,
    );
  }

  /** Pictures set aside by ranking, by their weightiest reason; those that the person set aside are not among them. */
  get asideReasons(): ReadonlyMap<AsideReason, number> {
    const counts = new Map<AsideReason, number>();
    for (const image of this.#images) {
      const [finding] = this.standingOf(image.id)?.findings ?? [];
      if (finding !== undefined && !image.setAside && this.isAside(image)) counts.set(finding.reason, (counts.get(finding.reason) ?? 0) + 1);
    }
    return counts;
  }

  countOf(filter: GalleryFilter): number {
    return this.#images.filter((image) => this.#passes(image, filter)).length;
  }

  /** Where a picture stands among all; undefined for one that is not here. */
  standingOf(id: string): Standing | undefined {
    return this.#standings.get(id);
  }

  /** True for a picture that the person or the ranking set aside. */
  isAside(image: ImageRecord): boolean {
    return image.setAside || this.standingOf(image.id)?.isAside === true;
  }

  /** How many near-duplicates lie under a picture; 0 for one that is no leader. */
  stackSize(id: string): number {
    return this.#stackSizes.get(id) ?? 0;
  }

  isStackOpen(id: string): boolean {
    return this.#openStacks.has(id);
  }

  toggleStack(id: string): void {
    const open = new Set(this.#openStacks);
    if (!open.delete(id)) open.add(id);
    this.#openStacks = open;
  }

  choose(filter: GalleryFilter): void {
    this.#filter = filter;
  }

  chooseSort(sort: GallerySort): void {
    this.#sort = sort;
  }

  async restore(): Promise<void> {
    this.#images = await listImages(this.#project.id);
    this.#isLoaded = true;
  }

  /** Takes in a picture that was drawn just now. */
  async arrived(id: string): Promise<void> {
    const image = await findImage(id);
    if (image !== undefined && !this.#images.some((known) => known.id === id)) this.#images = [image, ...this.#images];
    await this.look();
  }

  /**
   * Looks at every picture that nobody looked at yet, one after another, in the photo worker. What is found is stored at once and shown when all are
   * done, so that pictures do not move under the hand more than once. Where the nets cannot run, pictures stay as they are: newest first.
   */
  async look(): Promise<void> {
    if (this.#looking !== null) return;
    const refused = new Set<string>();
    this.#looking = { done: 0, total: 1 };
    try {
      const found = new Map<string, ImageRecord>();
      for (;;) {
        const waiting = this.#images.filter(({ id, measures }) => measures === undefined && !found.has(id) && !refused.has(id));
        const [next] = waiting;
        if (next === undefined) break;
        const done = found.size + refused.size;
        this.#looking = { done, total: done + waiting.length };
        const file = await readImageFile(next.id);
        const result = file === undefined ? null : await devicePhotos().measure(file);
        const changed = result?.ok === true ? await updateImage(next.id, { measures: result.measures }) : undefined;
        if (changed === undefined) refused.add(next.id);
        else found.set(next.id, changed);
        // A second refusal in a row: not the picture but the nets, and the next ones would fare no better.
        if (refused.size > 1 && found.size === 0) break;
      }
      this.#images = this.#images.map((image) => ({ ...image, ...measuresOf(found.get(image.id)) }));
    } finally {
      this.#looking = null;
    }
  }

  async setFavourite(id: string, favourite: boolean): Promise<void> {
    await this.#mark(id, { favourite }, { favourite: !favourite });
  }

  /** Sets a picture aside, or takes it back, whoever set it aside. */
  async setAside(id: string, setAside: boolean): Promise<void> {
    const image = this.#images.find((one) => one.id === id);
    const before = { setAside: image?.setAside ?? false, isBroughtBack: image?.isBroughtBack ?? false };
    await this.#mark(id, { setAside, isBroughtBack: !setAside }, before);
  }

  /** Deletes pictures and their files; `undo` puts them back as long as this page is open. */
  async remove(ids: readonly string[]): Promise<void> {
    const taken: ImageWithFile[] = await takeImages(ids);
    await this.restore();
    this.#remember(async () => {
      await saveImages(taken);
      await this.restore();
    });
  }

  /** Takes back the last mark or deletion. Returns false if there is none. */
  async undo(): Promise<boolean> {
    const last = this.#undo.pop();
    await last?.();
    return last !== undefined;
  }

  /** Forgets what is shown and what could be undone, as part of deleting everything. */
  forget(): void {
    this.#images = [];
    this.#undo = [];
  }

  /** The PNG of a picture. */
  file(id: string): Promise<Blob | undefined> {
    return readImageFile(id);
  }

  #passes(image: ImageRecord, filter: GalleryFilter): boolean {
    switch (filter) {
      case 'all':
        return !this.isAside(image);
      case 'favourites':
        return image.favourite && !this.isAside(image);
      case 'aside':
        return this.isAside(image);
    }
  }

  async #mark(id: string, change: Partial<ImageMarks>, inverse: typeof change): Promise<void> {
    await this.#apply(id, change);
    this.#remember(() => this.#apply(id, inverse));
  }

  async #apply(id: string, change: Partial<ImageMarks>): Promise<void> {
    const changed = await updateImage(id, change);
    if (changed !== undefined) this.#images = this.#images.map((image) => (image.id === id ? changed : image));
  }

  #remember(undoable: Undoable): void {
    this.#undo = [...this.#undo.slice(1 - undoDepth), undoable];
  }
}

function measuresOf(image: ImageRecord | undefined): Pick<ImageRecord, 'measures'> {
  return image?.measures === undefined ? {} : { measures: image.measures };
}
