/** @file The gallery: the stored pictures, their marks, and undoing what was done to them. */
import { type ImageRecord, type ImageWithFile, listImages, readImageFile, saveImages, takeImages, updateImage } from '#storage/image-store.ts';
import type { Project } from './project.svelte.ts';

export type GalleryFilter = 'all' | 'favourites' | 'aside';

/** Something that can be taken back. */
type Undoable = () => Promise<void>;

const undoDepth = 50;

export class Gallery {
  readonly #project: Project;
  #images = $state.raw<readonly ImageRecord[]>([]);
  #isLoaded = $state(false);
  #filter = $state<GalleryFilter>('all');
  #undo: Undoable[] = [];

  constructor(project: Project) {
    this.#project = project;
  }

  get isLoaded(): boolean {
    return this.#isLoaded;
  }

  get filter(): GalleryFilter {
    return this.#filter;
  }

  get count(): number {
    return this.#images.filter((image) => !image.setAside).length;
  }

  get isEmpty(): boolean {
    return this.#images.length === 0;
  }

  /** The pictures that the filter lets through, newest first. */
  get shown(): readonly ImageRecord[] {
    switch (this.#filter) {
      case 'all':
        return this.#images.filter((image) => !image.setAside);
      case 'favourites':
        return this.#images.filter((image) => image.favourite && !image.setAside);
      case 'aside':
        return this.#images.filter((image) => image.setAside);
    }
  }

  countOf(filter: GalleryFilter): number {
    if (filter === 'all') return this.count;
    return this.#images.filter((image) => (filter === 'aside' ? image.setAside : image.favourite && !image.setAside)).length;
  }

  choose(filter: GalleryFilter): void {
    this.#filter = filter;
  }

  async restore(): Promise<void> {
    this.#images = await listImages(this.#project.id);
    this.#isLoaded = true;
  }

  async setFavourite(id: string, favourite: boolean): Promise<void> {
    await this.#mark(id, { favourite }, { favourite: !favourite });
  }

  async setAside(id: string, setAside: boolean): Promise<void> {
    await this.#mark(id, { setAside }, { setAside: !setAside });
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

  async #mark(id: string, change: Partial<Pick<ImageRecord, 'favourite' | 'setAside'>>, inverse: typeof change): Promise<void> {
    await this.#apply(id, change);
    this.#remember(() => this.#apply(id, inverse));
  }

  async #apply(id: string, change: Partial<Pick<ImageRecord, 'favourite' | 'setAside'>>): Promise<void> {
    const changed = await updateImage(id, change);
    if (changed !== undefined) this.#images = this.#images.map((image) => (image.id === id ? changed : image));
  }

  #remember(undoable: Undoable): void {
    this.#undo = [...this.#undo.slice(1 - undoDepth), undoable];
  }
}
