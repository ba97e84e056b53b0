/** @file Chooses where the graphs run: WebGPU where a real adapter gives right numbers, else wasm. */
import { AppError } from '#models/errors/app-error.ts';
import { encodeError } from '#models/errors/error-codec.ts';
import type { GraphRunner } from '#models/runtime/graph-runner.ts';
import type { Backend, EngineOptions, SelfTestEntry } from '../contract/engine.ts';
import { isSoftwareAdapter, wasmThreads } from '../contract/device-facts.ts';
import { openWebGpu } from '../runtime/open-webgpu.ts';
import { createWasmRunner } from '../runtime/ort-web-runner.ts';
import { wasmMemory, webGpuMemory, type EngineMemory } from './engine-memory.ts';

export interface ChosenBackend {
  readonly backend: Backend;
  readonly runner: GraphRunner;
  /** Vendor and architecture of the adapter, or the number of threads. */
  readonly description: string;
  readonly threads: number;
  readonly selfTest: readonly SelfTestEntry[];
  readonly memory: EngineMemory;
}

/** Opens a backend. @throws {AppError} `device-unavailable` or `self-test-failed` if WebGPU was named and cannot be used */
export async function chooseBackend(choice: EngineOptions['backend']): Promise<ChosenBackend> {
  if (choice === 'wasm') return openWasm([]);
  if (choice === 'webgpu') return openTestedWebGpu();
  if (!(await hasRealAdapter())) return openWasm([]);
  try {
    return await openTestedWebGpu();
  } catch (error) {
    return openWasm([{ name: 'webgpu', passed: false, maxError: null, note: encodeError(error).message }]);
  }
}

/**
 * Where `chooseBackend` will run the graphs, and what memory there is: told by the adapter, with nothing opened. Only the self-test is left
 * out, so a graphics card that gives wrong numbers is found later.
 *
 * @throws {AppError} `device-unavailable` if WebGPU was named and there is none
 */
export async function expectBackend(choice: EngineOptions['backend']): Promise<Pick<ChosenBackend, 'backend' | 'memory'>> {
  const adapter = choice === 'wasm' ? null : await findAdapter();
  if (choice === 'webgpu' && adapter === null) {
    throw new AppError('device-unavailable', { message: 'WebGPU was asked for, and offers no adapter', help: 'Let the app choose, or use the processor.' });
  }
  // A device is asked for with all that its adapter offers.
  const isUsed = adapter !== null && (choice === 'webgpu' || !isSoftwareAdapter(adapter.info));
  return isUsed ? { backend: 'webgpu', memory: webGpuMemory(adapter.limits, computerGiB()) } : { backend: 'wasm', memory: wasmMemory() };
}

/** False without WebGPU, and for adapters that are the processor in disguise: those are a hundred times slower than wasm. */
async function hasRealAdapter(): Promise<boolean> {
  const adapter = await findAdapter();
  return adapter !== null && !isSoftwareAdapter(adapter.info);
}

async function findAdapter(): Promise<GPUAdapter | null> {
  const { gpu } = navigator as { gpu?: GPU };
  return (await gpu?.requestAdapter({ powerPreference: 'high-performance' })) ?? null;
}

/** What the browser says of the computer's memory, at most 8. */
const computerGiB = (): number | undefined => (navigator as { readonly deviceMemory?: number }).deviceMemory;

function openWasm(selfTest: readonly SelfTestEntry[]): ChosenBackend {
  const threads = wasmThreads();
  return {
    backend: 'wasm',
    runner: createWasmRunner({ threads }),
    description: threads === 1 ? '1 thread' : `${threads} threads`,
    threads,
    selfTest,
    memory: wasmMemory(),
  };
}

async function openTestedWebGpu(): Promise<ChosenBackend> {
  const { runner, gpu, selfTest } = await openWebGpu();
  return { backend: 'webgpu', runner, description: gpu.description, threads: 1, selfTest, memory: webGpuMemory(gpu.device.limits, computerGiB()) };
}
