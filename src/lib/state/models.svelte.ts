/** @file The models: which are here, which is chosen, what is on its way. */
import { defaultHub, findCard, type Licence } from '#models/catalog/index.ts';
import type { AcceptedLicence, ModelEvent, ModelProgress, RemoteSource } from '#workers/contract/models.ts';
import { listModelFiles, listModels, type ModelPrediction, type ModelRecord, removeModel, savePrediction } from '#storage/model-store.ts';
import { estimateStorage } from '#storage/quota.ts';
import { readSetting, saveSetting } from '#storage/settings-store.ts';
import { failureFromCode, type Failure, toFailure } from '../errors/failure.ts';
import { deviceModels } from '../executors/device.ts';
import { addressBeginnings, type NamedSource } from '../flows/model-address.ts';
import { listEntries, type ModelEntry, type StoredModel, sumUp } from '../flows/model-list.ts';
import type { LocalFile } from '../flows/read-dropped.ts';
import type { Ledger } from './ledger.svelte.ts';

export type ModelStatus =
  | { readonly kind: 'absent' }
  /** Begun, and nobody is at it. */
  | { readonly kind: 'partial' }
  | { readonly kind: 'coming'; readonly progress: ModelProgress }
  | { readonly kind: 'failed'; readonly failure: Failure; readonly freeBytes: number | null }
  | { readonly kind: 'ready' };

/** No word for so long: the tab that loads may be gone. */
const silenceMs = 4000;

export class Models {
  readonly #ledger: Ledger;
  #stored = $state.raw<readonly StoredModel[]>([]);
  /** Models of the person's own that were asked for in this tab: shown before their source has answered, and if it does not. */
  #asked = $state.raw<readonly StoredModel[]>([]);
  #coming = $state.raw<Readonly<Record<string, ModelProgress>>>({});
  #failed = $state.raw<Readonly<Record<string, { readonly failure: Failure; readonly freeBytes: number | null }>>>({});
  #chosen = $state('builtin');
  #hub = $state<string>(defaultHub);
  #isListening = false;

  constructor(ledger: Ledger) {
    this.#ledger = ledger;
  }

  get entries(): readonly ModelEntry[] {
    return listEntries([...this.#stored, ...this.#asked.filter(({ record }) => !this.#stored.some((stored) => stored.record.id === record.id))]);
  }

  /** The model that the next likeness is learned with: the chosen one, or the built-in one while that is not here. */
  get chosenId(): string {
    return this.isReady(this.#chosen) ? this.#chosen : 'builtin';
  }

  get hub(): string {
    return this.#hub;
  }

  /** The addresses of files on the usual hub or on a mirror. */
  get isUsualHub(): boolean {
    return this.#hub === defaultHub;
  }

  find(id: string): ModelEntry | undefined {
    return this.entries.find((entry) => entry.id === id);
  }

  labelOf(id: string): string {
    return this.find(id)?.label ?? findCard(id)?.label ?? id;
  }

  isReady(id: string): boolean {
    return this.find(id)?.isReady === true;
  }

  statusOf(id: string): ModelStatus {
    const progress = this.#coming[id];
    if (progress !== undefined) return { kind: 'coming', progress };
    const entry = this.find(id);
    if (entry?.isReady === true) return { kind: 'ready' };
    const failed = this.#failed[id];
    if (failed !== undefined) return { kind: 'failed', ...failed };
    return entry === undefined || entry.record === null ? { kind: 'absent' } : { kind: 'partial' };
  }

  /** Loads what is stored, and hears from then on what any tab loads. */
  async restore(): Promise<void> {
    this.#listen();
    await this.#reload();
    const [chosen, hub] = await Promise.all([readSetting('chosen-model'), readSetting('model-hub')]);
    if (typeof chosen === 'string') this.#chosen = chosen;
    if (typeof hub === 'string') this.#hub = hub;
  }

  /** The next likeness is learned with this model. */
  async choose(id: string): Promise<void> {
    this.#chosen = id;
    await saveSetting('chosen-model', id);
  }

  /** Loads the models of the list from here from now on; null: from the usual hub. */
  async useHub(hub: string | null): Promise<void> {
    this.#hub = hub ?? defaultHub;
    await saveSetting('model-hub', this.#hub);
  }

  /** Where a model of the list, or one that was begun, comes from; null for one that was copied from this computer. */
  sourceOf(id: string): RemoteSource | null {
    const card = findCard(id);
    if (card?.source.kind === 'hub') return { kind: 'hub', base: this.#hub, repo: card.source.repo, revision: card.source.revision };
    const source = this.find(id)?.record?.source;
    return source === undefined || source.kind === 'local' ? null : source;
  }

  /**
   * Loads a model, or goes on with it. Its failure is shown with it, so nothing is thrown.
   *
   * @param prediction what the person says of one of their own that is begun now; null: its files decide
   */
  async load(id: string, licence: AcceptedLicence, own: NamedSource | null = null, prediction: ModelPrediction | null = null): Promise<void> {
    const source = own?.source ?? this.sourceOf(id);
    if (source === null) return;
    this.#ledger.expectModel(addressBeginnings(source));
    const card = findCard(id);
    if (own !== null) this.#ask({ id, label: own.label, source, licence, addedAt: Date.now(), isComplete: false });
    await this.#watched(id, () =>
      deviceModels().fetchModel({
        id,
        label: own?.label ?? this.labelOf(id),
        source,
        licence,
        prediction,
        files: card?.files.map(({ path, sha256 }) => ({ path, sha256 })) ?? null,
      }),
    );
  }

  /** Copies a model from files of this computer. */
  async copy(id: string, label: string, licence: AcceptedLicence, files: readonly LocalFile[], prediction: ModelPrediction | null): Promise<void> {
    this.#ask({ id, label, source: { kind: 'local', name: label }, licence, addedAt: Date.now(), isComplete: false });
    await this.#watched(id, () => deviceModels().copyModel({ id, label, licence, prediction, files }));
  }

  /** From now on a model of the person's own is taken to predict this when it learns and draws; null: what its files say. */
  async sayPrediction(id: string, prediction: ModelPrediction | null): Promise<void> {
    await savePrediction(id, prediction);
    await this.#reload();
  }

  /** Goes on with every model whose line dropped; called when the network is back. */
  goOnAfterDrop(): void {
    for (const [id, { failure }] of Object.entries(this.#failed)) {
      const accepted = this.find(id)?.record?.licence;
      if (failure.code === 'download-failed' && accepted) void this.load(id, accepted);
    }
  }

  pause(id: string): void {
    deviceModels().pause(id);
  }

  /** Removes a model with its files, also one that is on its way. */
  async remove(id: string): Promise<void> {
    this.pause(id);
    if (this.#coming[id] !== undefined) await deviceModels().whenFree(id);
    await removeModel(id);
    this.#asked = this.#asked.filter(({ record }) => record.id !== id);
    this.#forgetFailure(id);
    await this.#reload();
  }

  /** Forgets what is shown, as part of deleting everything. */
  forget(): void {
    this.#stored = [];
    this.#asked = [];
    this.#coming = {};
    this.#failed = {};
    this.#chosen = 'builtin';
    this.#hub = defaultHub;
  }

  #ask(record: ModelRecord): void {
    this.#asked = [...this.#asked, { record, totalBytes: 0, storedBytes: 0 }];
  }

  async #watched(id: string, work: () => Promise<void>): Promise<void> {
    this.#forgetFailure(id);
    try {
      await work();
    } catch (error) {
      await this.#fail(id, toFailure(error));
    }
    await this.#reload();
  }

  #listen(): void {
    if (this.#isListening) return;
    this.#isListening = true;
    deviceModels().listen((event) => {
      void this.#hear(event);
    });
    // A tab that is closed says nothing any more: ask the lock who is left.
    setInterval(() => void this.#dropSilent(), silenceMs);
  }

  async #hear(event: ModelEvent): Promise<void> {
    if (event.kind === 'progress') {
      this.#forgetFailure(event.modelId);
      this.#coming = { ...this.#coming, [event.modelId]: event };
      if (event.phase === 'listing' || this.find(event.modelId) === undefined) await this.#reload();
      return;
    }
    await this.#end(event.modelId);
    if (event.error !== null) await this.#fail(event.modelId, failureFromCode(event.error.code, event.error.message));
  }

  async #end(id: string): Promise<void> {
    await this.#reload(); // First, so that no card blinks.
    this.#coming = Object.fromEntries(Object.entries(this.#coming).filter(([other]) => other !== id));
  }

  async #dropSilent(): Promise<void> {
    const ids = Object.keys(this.#coming);
    if (ids.length === 0) return;
    const atWork = await deviceModels().atWork(ids);
    for (const id of ids) if (!atWork.includes(id)) await this.#end(id);
  }

  async #fail(id: string, failure: Failure): Promise<void> {
    if (failure.code === 'cancelled') return; // Paused or removed: that is no failure.
    const use = failure.code === 'storage-full' ? await estimateStorage() : null;
    this.#failed = { ...this.#failed, [id]: { failure, freeBytes: use === null ? null : Math.max(0, use.quotaBytes - use.usedBytes) } };
  }

  #forgetFailure(id: string): void {
    if (this.#failed[id] !== undefined) this.#failed = Object.fromEntries(Object.entries(this.#failed).filter(([other]) => other !== id));
  }

  async #reload(): Promise<void> {
    this.#stored = await Promise.all((await listModels()).map(async (record) => sumUp(record, await listModelFiles(record.id))));
  }
}

/** The record that a licence was shown and accepted now. */
export function acceptNow({ id, name, link, restrictions }: Licence): AcceptedLicence {
  return { id, name, link, restrictions: [...restrictions], acceptedAt: Date.now() };
}
