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
/** Large files whose names change with their content, and the built-in model: kept over versions, so that an update does not fetch 50 MB again. */
const largeCache = 'likeness-large';

const isLarge = (path: string): boolean => path.endsWith('.wasm') || path.startsWith('/samples/') || path.startsWith('/styles/') || path.startsWith('/start/');
const modelList = '/models/files.json';
const shellFiles = [...[...build, ...files, ...prerendered].filter((path) => !isLarge(path)), modelList];

/** The large files of this version: what the build made, and the model folders' files by their own list. */
async function largeFiles(): Promise<string[]> {
  const list = (await (await caches.open(shellCache)).match(modelList)) ?? (await fetch(modelList));
  return [...[...build, ...files].filter(isLarge), ...((await list.json()) as string[])];
}

worker.addEventListener('install', (event) => {
  event.waitUntil(caches.open(shellCache).then((cache) => cache.addAll(shellFiles)));
});

worker.addEventListener('activate', (event) => {
  event.waitUntil(
    (async () => {
      for (const name of await caches.keys()) if (name.startsWith('likeness-shell-') && name !== shellCache) await caches.delete(name);
      const large = await caches.open(largeCache);
      const wanted = new Set(await largeFiles());
      for (const request of await large.keys()) if (!wanted.has(new URL(request.url).pathname)) await large.delete(request);
      await worker.clients.claim();
    })(),
  );
});

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

/** A file: from the cache, else from the network and then kept if it is one of the large ones. Everything is same-origin. */
async function answer(request: Request, url: URL): Promise<Response> {
  const stored = (await caches.match(url.pathname)) as Response | undefined;
  if (stored !== undefined) return stored;
  const response = await fetch(request);
  if (response.status === 200 && (isLarge(url.pathname) || url.pathname.startsWith('/models/')) && !request.headers.has('range')) {
    await (await caches.open(largeCache)).put(url.pathname, response.clone()).catch(() => undefined); // No room: it works, only not offline.
  }
  return response;
}

/** Fetches what is not stored yet, one file after another so that the page's own requests go first. Gives up quietly: the next visit goes on. */
async function storeLarge(): Promise<void> {
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
