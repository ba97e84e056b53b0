/** @file What a person types to name a model on the web. Pure, so that it is tested in Node. */
import { defaultHub } from '#models/catalog/index.ts';
import type { RemoteSource } from '#workers/contract/models.ts';

/** A source and what to call it. */
export interface NamedSource {
  readonly label: string;
  readonly source: RemoteSource;
}

const namePattern = /^[\w.-]+\/[\w.-]+$/;

/**
 * A hub's name (`owner/name`), the address of its page (also of one revision), or of any other folder.
 *
 * @param hub the hub's base address, without a slash at its end
 * @returns null if it is none of these
 */
export function parseModelAddress(text: string, hub: string): NamedSource | null {
  const typed = text.trim();
  if (namePattern.test(typed)) return { label: typed, source: { kind: 'hub', base: hub, repo: typed, revision: 'main' } };
  if (!URL.canParse(typed)) return null;
  const url = new URL(typed);
  if (!isAllowed(url)) return null;
  const base = [hub, defaultHub].find((candidate) => typed.startsWith(`${candidate}/`));
  const [owner, name, kind, revision] = base === undefined ? [] : typed.slice(base.length + 1).split(/[/?#]/);
  if (base !== undefined && owner !== undefined && name !== undefined && namePattern.test(`${owner}/${name}`)) {
    const isRevision = (kind === 'tree' || kind === 'blob' || kind === 'resolve') && revision !== undefined && revision !== '';
    return { label: `${owner}/${name}`, source: { kind: 'hub', base, repo: `${owner}/${name}`, revision: isRevision ? decodeURIComponent(revision) : 'main' } };
  }
  // A person may copy the address of a file in the folder.
  const folder = `${url.origin}${url.pathname}`.replace(/\/model_index\.json$/, '').replace(/\/*$/, '/');
  return { label: folder.split('/').at(-2) ?? url.host, source: { kind: 'address', folder } };
}

/** A hub's base address as it is stored; null if it cannot be one. */
export function parseHub(text: string): string | null {
  const typed = text.trim().replace(/\/+$/, '');
  return URL.canParse(typed) && isAllowed(new URL(typed)) && new URL(typed).search === '' ? typed : null;
}

/** The beginnings of all addresses that a source's files and listing have: what the ribbon may count as a model's. */
export function addressBeginnings(source: RemoteSource): string[] {
  return source.kind === 'address' ? [source.folder] : [`${source.base}/${source.repo}/resolve/`, `${source.base}/api/models/${source.repo}/tree/`];
}

/** Encrypted, or this very computer. */
function isAllowed(url: URL): boolean {
  return url.protocol === 'https:' || (url.protocol === 'http:' && (url.hostname === 'localhost' || url.hostname === '127.0.0.1'));
}
