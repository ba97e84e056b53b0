/** @file How much of the app is stored for offline work, as the service worker tells. */

export interface OfflineState {
  readonly stored: number;
  readonly total: number;
}

/** After this long without a service worker in charge there will be none: the browser refuses it, or this is the development server. */
const readyTimeoutMs = 10_000;

/** Asks the service worker what is stored; null if there is none. */
export function readOfflineState(): Promise<OfflineState | null> {
  return ask('offline-state');
}

/** Has the service worker store everything now. Resolves when it is done or has given up. */
export function storeEverything(): Promise<OfflineState | null> {
  return ask('store-everything');
}

async function ask(kind: 'offline-state' | 'store-everything'): Promise<OfflineState | null> {
  const container = (navigator as { serviceWorker?: ServiceWorkerContainer }).serviceWorker;
  // On a first visit it is registered only now, and answers as soon as it is in charge.
  const registration = await Promise.race([container?.ready, new Promise<undefined>((resolve) => setTimeout(resolve, readyTimeoutMs))]);
  const worker = registration?.active ?? null;
  if (worker === null) return null;
  return new Promise((resolve) => {
    const channel = new MessageChannel();
    channel.port1.onmessage = (event: MessageEvent<OfflineState>) => {
      resolve(event.data);
    };
    worker.postMessage({ kind }, [channel.port2]);
  });
}
