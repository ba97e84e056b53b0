/** @file Which files a source has: from the hub's own list, or by asking for each that a model could have. */
import { AppError } from '#models/errors/app-error.ts';
import type { RemoteSource } from '../contract/models.ts';
import { fileAddress, hostOf, listingAddress } from './addresses.ts';
import { candidatePaths, chooseFiles, type RemoteFile } from './choose-files.ts';
import { ask, statusError } from './ask.ts';

/**
 * The files of a model at its source, with sizes and hashes where the source tells them.
 *
 * @throws {AppError} download-failed, address-refused, model-file-missing, model-unknown
 */
export async function listRemote(source: RemoteSource, signal: AbortSignal): Promise<RemoteFile[]> {
  const listed = source.kind === 'hub' ? await listHub(source, signal) : null;
  return chooseFiles(listed ?? (await probe(source, signal)));
}

/** A hub's own list; null where the host has none, as a plain mirror of the files. */
async function listHub(source: RemoteSource & { readonly kind: 'hub' }, signal: AbortSignal): Promise<RemoteFile[] | null> {
  let address: string | null = listingAddress(source);
  const files: RemoteFile[] = [];
  while (address !== null) {
    const response: Response = await ask(address, { signal });
    if (response.status === 401 || response.status === 403 || response.status >= 429) throw statusError(response.status, address);
    if (!response.ok) return null;
    const entries: unknown = await response.json().catch(() => null);
    if (!Array.isArray(entries)) return null;
    files.push(...entries.flatMap(readEntry));
    const next: string | undefined = /<([^>]+)>;\s*rel="next"/.exec(response.headers.get('link') ?? '')?.[1];
    // The next page must be on the same host: an address from an answer is not to be trusted further.
    address = next !== undefined && hostOf(next) === hostOf(address) ? next : null;
  }
  return files;
}

function readEntry(entry: unknown): RemoteFile[] {
  if (typeof entry !== 'object' || entry === null) return [];
  const { type, path, size, lfs } = entry as { type?: unknown; path?: unknown; size?: unknown; lfs?: { oid?: unknown } };
  if (type !== 'file' || typeof path !== 'string') return [];
  const sha256 = typeof lfs?.oid === 'string' && /^[0-9a-f]{64}$/.test(lfs.oid) ? lfs.oid : null;
  return [{ path, sizeBytes: typeof size === 'number' ? size : null, sha256 }];
}

/** Asks for the head of each file that a model could have. */
async function probe(source: RemoteSource, signal: AbortSignal): Promise<RemoteFile[]> {
  const found: RemoteFile[] = [];
  for (const candidates of candidatePaths) {
    for (const path of candidates) {
      const file = await probeFile(source, path, signal);
      if (file === null) continue;
      found.push(file);
      break;
    }
  }
  if (found.length === 0) {
    throw new AppError('model-file-missing', {
      message: `there is no model_index.json at ${fileAddress(source, '')}`,
      help: 'Give the address of a folder in diffusers format.',
    });
  }
  return found;
}

async function probeFile(source: RemoteSource, path: string, signal: AbortSignal): Promise<RemoteFile | null> {
  const address = fileAddress(source, path);
  const response = await ask(address, { method: 'HEAD', signal });
  if (response.status === 404 || response.status === 410) return null;
  if (!response.ok) throw statusError(response.status, address);
  // A host that answers everything with its start page has no such file.
  if (response.headers.get('content-type')?.startsWith('text/html') === true) return null;
  // The length of text is that of its compressed form, where a host compresses; weights are never worth it.
  const length = Number(response.headers.get('content-length') ?? NaN);
  return { path, sizeBytes: path.endsWith('.safetensors') && length > 0 ? length : null, sha256: null };
}
