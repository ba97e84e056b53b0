/** @file What will do the work, as far as it is known before anything is started: as the engine chooses, the self-test left out. Pure. */
import type { DeviceOffer } from '#workers/client/device-offer.ts';
import type { Backend, EngineOptions } from '#workers/contract/engine.ts';

/**
 * What the person chose, else what was measured, else a graphics card if there is a real one.
 *
 * @param offer    of this machine; null until it was asked
 * @param measured what did the work when it was measured; null before
 */
export function expectedBackend(choice: EngineOptions['backend'], offer: DeviceOffer | null, measured: Backend | null): Backend {
  if (choice !== 'auto') return choice;
  if (measured !== null) return measured;
  return offer !== null && (offer.adapter === null || offer.adapter.isSoftware) ? 'wasm' : 'webgpu';
}
