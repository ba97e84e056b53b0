/** @file What can be told of a machine before anything runs on it. The same answers on both threads. */

/** What a browser tells of an adapter; a part of `GPUAdapterInfo`. */
export interface AdapterFacts {
  readonly vendor: string;
  readonly architecture: string;
  readonly description: string;
  readonly isFallbackAdapter?: boolean;
}

/** True for an adapter that computes on the processor, a hundred times slower than wasm: right for tests only. */
export function isSoftwareAdapter({ isFallbackAdapter, architecture, description }: AdapterFacts): boolean {
  return isFallbackAdapter === true || /swiftshader|llvmpipe|lavapipe|basic render/i.test(`${architecture} ${description}`);
}

/** Vendor and architecture as the browser tells them. */
export function describeAdapter({ vendor, architecture, description }: AdapterFacts): string {
  return [vendor, architecture, description].filter((part) => part !== '').join(' ') || 'unnamed adapter';
}

/** Threads that wasm can use here: all cores up to 8 on a cross-origin isolated page, else one. */
export function wasmThreads(): number {
  return globalThis.crossOriginIsolated ? Math.min(navigator.hardwareConcurrency, 8) : 1;
}
