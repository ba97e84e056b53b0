/** @file The web addresses of a model's files. */
import type { RemoteSource } from '../contract/models.ts';

/** The address of one file. */
export function fileAddress(source: RemoteSource, path: string): string {
  const file = path.split('/').map(encodeURIComponent).join('/');
  return source.kind === 'address' ? source.folder + file : `${source.base}/${source.repo}/resolve/${encodeURIComponent(source.revision)}/${file}`;
}

/** The address of a hub's list of a repository's files, with sizes and hashes. */
export function listingAddress(source: RemoteSource & { readonly kind: 'hub' }): string {
  return `${source.base}/api/models/${source.repo}/tree/${encodeURIComponent(source.revision)}?recursive=true`;
}

/** For messages: which host. */
export function hostOf(address: string): string {
  return new URL(address).host;
}
