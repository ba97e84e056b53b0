/** @file What this machine offers, asked without starting anything. */
import { type AdapterFacts, describeAdapter, isSoftwareAdapter, wasmThreads } from '../contract/device-facts.ts';

export interface DeviceOffer {
  /** The adapter that WebGPU would use; null without WebGPU. */
  readonly adapter: { readonly description: string; readonly isSoftware: boolean } | null;
  readonly hasWasm: boolean;
  /** Threads that wasm would use. */
  readonly threads: number;
}

/** The part of WebGPU that answers without a device. */
interface AdapterSource {
  requestAdapter(options: { readonly powerPreference: 'high-performance' }): Promise<{ readonly info: AdapterFacts } | null>;
}

/** Never rejects: a browser that fails to answer offers nothing. */
export async function askDeviceOffer(): Promise<DeviceOffer> {
  const { gpu } = navigator as { gpu?: AdapterSource };
  const found = (await gpu?.requestAdapter({ powerPreference: 'high-performance' }).catch(() => null)) ?? null;
  const adapter = found === null ? null : { description: describeAdapter(found.info), isSoftware: isSoftwareAdapter(found.info) };
  return { adapter, hasWasm: typeof WebAssembly === 'object', threads: wasmThreads() };
}
