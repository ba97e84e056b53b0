/** @file The executor "this device": the engine and photo workers of this tab, started when first needed. */
import { EngineClient } from '#workers/client/engine-client.ts';
import { ModelClient } from '#workers/client/model-client.ts';
import { PhotoClient } from '#workers/client/photo-client.ts';

let engine: EngineClient | null = null;
let photoWorker: PhotoClient | null = null;
let modelWorker: ModelClient | null = null;

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

/** The one model worker of this tab. */
export function deviceModels(): ModelClient {
  modelWorker ??= new ModelClient();
  return modelWorker;
}

/** Ends all workers and frees their memory. The next use starts them again. */
export function releaseDevice(): void {
  engine?.dispose();
  photoWorker?.dispose();
  modelWorker?.dispose();
}
