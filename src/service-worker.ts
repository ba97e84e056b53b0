/**
 * @file The offline half of the app: the shell at install, then model, runtime and samples in the background, so that after the first visit the
 * whole job runs without a network. It also tells the page what its workers requested, for the account at the foot of every page.
 */
/// <reference no-default-lib="true"/>
/// <reference lib="esnext" />
/// <reference lib="webworker" />
/// <reference types="@sveltejs/kit" />
import { build, files, prerendered, version } from '$service-worker';

const worker = self as unknown as ServiceWorkerGlobalScope;

/** Files of the app: renewed with every version. */
const shellCache = `likeness-shell-${version}`;
/** Large files: kept over versions as long as their digest stays, so that an update does not fetch 75 MB again. */
const largeCache = 'likeness-large';

const isLarge = (path: string): boolean => path.endsWith('.wasm') || path.startsWith('/samples/') || path.startsWith('/styles/') || path.startsWith('/start/');
/** What Kit's lists lack, with digests: the models, and what workers load (`src/vite/model-files.ts`). */
const furtherFiles = '/offline-files.json';
const shellFiles = [...[...build, ...files, ...prerendered].filter((path) => !isLarge(path)), furtherFiles];

/** The large files of this version, those that the whole job needs first. */
async function largeFiles(): Promise<string[]> {
  const large = new Set([...Object.keys((await digests(shellCache)) ?? {}), ...[...build, ...files].filter(isLarge)]);
  return [...large].filter((path) => !shellFiles.includes(path));
}

/** Path -> digest, as a stored shell lists them; null for one without that list. */
async function digests(shell: string): Promise<Partial<Record<string, string>> | null> {
  const list = await (await caches.open(shell)).match(furtherFiles);
  return list === undefined ? null : ((await list.json()) as Record<string, string>);
}

worker.addEventListener('install', (event) => {
  event.waitUntil(caches.open(shellCache).then((cache) => cache.addAll(shellFiles)));
});

worker.addEventListener('activate', (event) => {
  event.waitUntil(
    (async () => {
      const before = (await caches.keys()).filter((name) => name.startsWith('likeness-shell-') && name !== shellCache);
      await dropStale(before);
      for (const name of before) await caches.delete(name);
      await worker.clients.claim();
    })(),
  );
});

/** Drops the large files that this version does not have, or has with other content than the versions before. */
async function dropStale(shellsBefore: readonly string[]): Promise<void> {
  const large = await caches.open(largeCache);
  const wanted = new Set(await largeFiles());
  const now = (await digests(shellCache)) ?? {};
  const before = await Promise.all(shellsBefore.map(digests));
  for (const request of await large.keys()) {
    const path = new URL(request.url).pathname;
    if (!wanted.has(path) || before.some((list) => list?.[path] !== now[path])) await large.delete(request);
  }
}

worker.addEventListener('message', (event) => {
  const message: unknown = event.data;
  if (typeof message !== 'object' || message === null) return;
  if ('type' in message && message.type === 'SKIP_WAITING') void worker.skipWaiting();
  if (!('kind' in message)) return;
  const port = event.ports[0];
  if (message.kind === 'offline-state') event.waitUntil(offlineState().then((state) => port?.postMessage(state)));
  if (message.kind === 'store-everything') event.waitUntil(storeLarge().then(async () => port?.postMessage(await offlineState())));
});

worker.addEventListener('fetch', (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (url.protocol !== 'http:' && url.protocol !== 'https:') return;
  event.waitUntil(report(event.clientId, request.clone(), url));
  if (request.method !== 'GET' || url.origin !== worker.location.origin || url.pathname.startsWith('/api/')) return;
  event.respondWith(request.mode === 'navigate' ? answerNavigation(request, url) : answer(request, url));
});

/** A page: the stored one of this version, whatever is asked of it after the `?`; an unknown address gets the fallback. */
async function answerNavigation(request: Request, url: URL): Promise<Response> {
  const cache = await caches.open(shellCache);
  const stored = await cache.match(url.pathname, { ignoreSearch: true });
  if (stored !== undefined) return stored;
  try {
    return await fetch(request);
  } catch {
    return (await cache.match('/')) ?? Response.error();
  }
}

/** A worker obeys the policy that its script came with, and this one's names the hosts of models, which whoever runs the site may change without a new version. */
const isModelWorker = (path: string): boolean => path.includes('/workers/model.worker-');

/** A file: from the cache, else from the network and then kept if it is one of the large ones. Everything is same-origin. */
async function answer(request: Request, url: URL): Promise<Response> {
  const stored = (await caches.match(url.pathname)) as Response | undefined;
  if (stored !== undefined && isModelWorker(url.pathname)) {
    const current = await fetch(request).catch(() => stored);
    return current.ok ? current : stored;
  }
  if (stored !== undefined) return stored;
  const response = await fetch(request);
  if (response.status === 200 && !request.headers.has('range') && (await largeFiles()).includes(url.pathname)) {
    await (await caches.open(largeCache)).put(url.pathname, response.clone()).catch(() => undefined); // No room: it works, only not offline.
  }
  return response;
}

/** The storing that is under way: every page asks for it. */
let storing: Promise<void> | null = null;

/** Stores all large files. */
function storeLarge(): Promise<void> {
  storing ??= fetchMissing().finally(() => {
    storing = null;
  });
  return storing;
}

/** Fetches what is not stored yet, one file after another so that the page's own requests go first. Gives up quietly: the next visit goes on. */
async function fetchMissing(): Promise<void> {
  const cache = await caches.open(largeCache);
  for (const path of await largeFiles()) {
    try {
      if ((await cache.match(path)) === undefined) await cache.add(path);
    } catch {
      return;
    }
  }
}

async function offlineState(): Promise<{ stored: number; total: number }> {
  const all = [...shellFiles, ...(await largeFiles())];
  const found = await Promise.all(all.map((path) => caches.match(path)));
  return { stored: found.filter((response) => response !== undefined).length, total: all.length };
}

/** Tells every page what a worker requested; a page counts its own requests itself. See [Note: how the ribbon counts]. */
async function report(clientId: string, request: Request, url: URL): Promise<void> {
  const client = clientId === '' ? undefined : await worker.clients.get(clientId);
  if (client === undefined || client.type === 'window') return;
  const isForeign = url.origin !== worker.location.origin;
  const bodyBytes = request.method === 'GET' || request.method === 'HEAD' ? 0 : (await request.arrayBuffer()).byteLength;
  const sentBytes = bodyBytes + (isForeign ? url.href.length : url.search.length);
  // The address of a bare request elsewhere: the page knows which models were chosen, and counts a model's files on their own.
  const address = isForeign && bodyBytes === 0 ? url.href : null;
  for (const page of await worker.clients.matchAll({ type: 'window' })) page.postMessage({ kind: 'request', sentBytes, isForeign, address });
}
