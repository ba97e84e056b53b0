/** @file The executor "this device": the engine and photo workers of this tab, started when first needed. */
import { EngineClient } from '#workers/client/engine-client.ts';
import { PhotoClient } from '#workers/client/photo-client.ts';

let engine: EngineClient | null = null;
let photoWorker: PhotoClient | null = null;

/** The one engine of this tab. */
export function deviceEngine(): EngineClient {
  engine ??= new EngineClient();
  return engine;
}

/** The one photo worker of this tab. */
export function devicePhotos(): PhotoClient {
  photoWorker ??= new PhotoClient();
  return photoWorker;
}

/** Ends both workers and frees their memory. The next use starts them again. */
export function releaseDevice(): void {
  engine?.dispose();
  photoWorker?.dispose();
}
