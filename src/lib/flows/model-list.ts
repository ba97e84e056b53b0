/** @file The models as the page lists them: what the catalogue offers, and what the person brought. Pure. */
import { aboutBytesOf, catalog, findCard, licences, type Licence, type ModelCard } from '#models/catalog/index.ts';
import type { ModelFileRecord, ModelRecord } from '#storage/model-store.ts';

export interface ModelEntry {
  readonly id: string;
  readonly label: string;
  /** Null for a model of the person's own. */
  readonly card: ModelCard | null;
  readonly record: ModelRecord | null;
  readonly licence: Licence;
  readonly isReady: boolean;
  /** Bytes of all its files; about, until they were asked for. 0 if nothing is known. */
  readonly totalBytes: number;
  readonly storedBytes: number;
}

/** A stored model with the sums of its files. */
export interface StoredModel {
  readonly record: ModelRecord;
  readonly totalBytes: number;
  readonly storedBytes: number;
}

/** Adds up the files of a model. */
export function sumUp(record: ModelRecord, files: readonly ModelFileRecord[]): StoredModel {
  return {
    record,
    totalBytes: files.reduce((sum, file) => sum + (file.sizeBytes ?? file.storedBytes), 0),
    storedBytes: files.reduce((sum, file) => sum + file.storedBytes, 0),
  };
}

/** The built-in model, the catalogue's bases in their order, its helpers, then the person's own. */
export function listEntries(stored: readonly StoredModel[]): ModelEntry[] {
  const offered = Object.entries<ModelCard>(catalog);
  const own = stored.filter(({ record }) => findCard(record.id) === null);
  return [
    ...offered.map(([id, card]) =>
      entryOf(
        id,
        card,
        stored.find(({ record }) => record.id === id),
      ),
    ),
    ...own.map((model) => entryOf(model.record.id, null, model)),
  ];
}

/** True for what draws by itself, and not for what helps another model to. */
export function isBase({ card }: ModelEntry): boolean {
  return card === null || card.role === 'base';
}

/** Helpers are of use once there is a model that they could fit; one that is here is listed, so that it can be removed. */
export function listHelpers(entries: readonly ModelEntry[]): readonly ModelEntry[] {
  const helpers = entries.filter((entry) => !isBase(entry));
  const isOfUse = entries.some((entry) => isBase(entry) && entry.record !== null);
  return helpers.filter((entry) => isOfUse || entry.record !== null);
}

function entryOf(id: string, card: ModelCard | null, stored: StoredModel | undefined): ModelEntry {
  const isOfSite = card?.source.kind === 'site';
  const known = stored !== undefined && stored.totalBytes > 0 ? stored.totalBytes : null;
  return {
    id,
    label: card?.label ?? stored?.record.label ?? id,
    card,
    record: stored?.record ?? null,
    licence: licences[card?.licence ?? 'unknown'],
    isReady: isOfSite || stored?.record.isComplete === true,
    totalBytes: known ?? (card === null ? 0 : aboutBytesOf(card)),
    storedBytes: isOfSite ? aboutBytesOf(card) : (stored?.storedBytes ?? 0),
  };
}
