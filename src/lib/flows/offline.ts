/** @file How much of the app is stored for offline work, as the service worker tells. */

export interface OfflineState {
  readonly stored: number;
  readonly total: number;
}

/** Asks the service worker what is stored; null if none is in charge of this page. */
export function readOfflineState(): Promise<OfflineState | null> {
  return ask('offline-state');
}

/** Has the service worker store everything now. Resolves when it is done or has given up. */
export function storeEverything(): Promise<OfflineState | null> {
  return ask('store-everything');
}

async function ask(kind: 'offline-state' | 'store-everything'): Promise<OfflineState | null> {
  const worker = (navigator as { serviceWorker?: ServiceWorkerContainer }).serviceWorker?.controller;
  if (worker === null || worker === undefined) return null;
  return new Promise((resolve) => {
    const channel = new MessageChannel();
    channel.port1.onmessage = (event: MessageEvent<OfflineState>) => {
      resolve(event.data);
    };
    worker.postMessage({ kind }, [channel.port2]);
  });
}
