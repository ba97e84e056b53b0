/** @file What a person does with the photos of the sheet: edit, remove, use anyway, each with its sentence and its way back. */
import type { PhotoEdit } from '#models/vision/photo-edit.ts';
import type { PhotoRecord } from '#storage/photo-store.ts';
import { type EditHistory, isSameStep } from '../flows/edit-history.ts';
import type { EditTool } from '../flows/photo-mends.ts';
import type { Catalogue } from '../i18n/catalogue.ts';
import type { Notices } from './notices.svelte.ts';
import type { Photos } from './photos.svelte.ts';

/** The photo in the editing dialog. */
export interface Editing {
  readonly id: string;
  /** What the dialog opens with; null leaves the focus on the whole. */
  readonly tool: EditTool | null;
  /** Steps that were not saved when the dialog was closed before; null for a fresh start. */
  readonly draft: EditHistory | null;
}

/** What the desk needs of the app. */
export interface DeskTools {
  readonly photos: Photos;
  readonly notices: Notices;
  readonly t: Catalogue;
  attempt(work: () => Promise<unknown>): Promise<void>;
}

export class PhotoDesk {
  readonly #app: DeskTools;
  #editing = $state.raw<Editing | null>(null);

  constructor(app: DeskTools) {
    this.#app = app;
  }

  /** Null while the dialog is closed. */
  get editing(): Editing | null {
    return this.#editing;
  }

  edit(id: string, tool: EditTool | null = null): void {
    this.#editing = { id, tool, draft: null };
  }

  /** Closes the dialog. What was not saved can be taken up again, as long as the sentence about it is there. */
  closeEditor(history: EditHistory): void {
    const editing = this.#editing;
    this.#editing = null;
    const [first] = history.past;
    const name = this.#nameOf(editing?.id ?? '');
    if (editing === null || name === null || first === undefined || isSameStep(first, history.present)) return;
    const { t } = this.#app;
    this.#app.notices.show(t.photos.editor.notSaved(name), {
      label: t.photos.editor.goOn,
      run: () => {
        if (this.#nameOf(editing.id) !== null) this.#editing = { ...editing, draft: history };
      },
    });
  }

  /** Saves an edit and closes the dialog, unless it shows another photo by then. @throws {AppError} what the worker or the storage says */
  async saveEdit(edit: PhotoEdit, face: number | null): Promise<void> {
    const { photos, t } = this.#app;
    const id = this.#editing?.id ?? '';
    const wasLeftOut = photos.judgementOf(id).state === 'left-out';
    const before = await photos.change(id, edit, face);
    if (this.#editing?.id === id) this.#editing = null;
    if (before === undefined) return;
    const { state, open } = photos.judgementOf(id);
    const [finding] = open;
    const name = before.fileName;
    const words =
      finding !== undefined
        ? t.photos.stillOut(name, t.checks.byCheck[finding.check].mark)
        : wasLeftOut && state !== 'left-out'
          ? t.photos.mended(name)
          : t.photos.changed(name);
    this.#offer(words, [before]);
  }

  remove(ids: readonly string[]): Promise<void> {
    return this.#app.attempt(async () => {
      const { photos, t } = this.#app;
      const records = await photos.remove(ids);
      const [first] = records;
      if (first !== undefined) this.#offer(records.length === 1 ? t.photos.removed(first.fileName) : t.photos.removedAll(records.length), records);
    });
  }

  useAnyway(id: string): Promise<void> {
    return this.#app.attempt(async () => {
      const { photos, notices, t } = this.#app;
      await photos.useAnyway(id);
      const name = this.#nameOf(id);
      if (name !== null) notices.show(t.photos.overridden(name), { label: t.common.undo, run: () => void this.#app.attempt(() => photos.obeyChecks(id)) });
    });
  }

  obeyChecks(id: string): Promise<void> {
    return this.#app.attempt(async () => {
      const { photos, notices, t } = this.#app;
      await photos.obeyChecks(id);
      const name = this.#nameOf(id);
      if (name !== null) notices.show(t.photos.obeyed(name));
    });
  }

  /** Says what was done, with the way back to the records as they were. */
  #offer(words: string, before: readonly PhotoRecord[]): void {
    const { photos, notices, t } = this.#app;
    notices.show(words, { label: t.common.undo, run: () => void this.#app.attempt(() => photos.putBack(before)) });
  }

  /** Null for a photo that is gone. */
  #nameOf(id: string): string | null {
    return this.#app.photos.find(id)?.record.fileName ?? null;
  }
}
