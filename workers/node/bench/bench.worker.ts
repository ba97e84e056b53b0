/** @file The browser's side of the benchmark, in a worker as in the app: loads the model over HTTP and does units of work on request. */
import { AppError } from '#models/errors/app-error.ts';
import type { ModelFolder } from '#models/formats/model-folder.ts';
import { requestWebGpuDevice } from '../../runtime/device.ts';
import { createWasmRunner, createWebGpuRunner } from '../../runtime/ort-web-runner.ts';
import { openWorkload, type Workload, type WorkloadOptions, type WorkUnit } from './workload.ts';

export type BenchRequest =
  | { readonly kind: 'open'; readonly backend: 'wasm' | 'webgpu'; readonly threads: number; readonly software: boolean; readonly options: WorkloadOptions }
  | { readonly kind: 'work'; readonly unit: WorkUnit; readonly count: number };

/** Seconds of work, or why it failed. */
export type BenchReply = { readonly seconds: number } | { readonly error: string };

/** The model folder that the benchmark's server has under `/bench-model/`. */
const servedFolder: ModelFolder = {
  name: 'bench',
  readBytes: async (path) => {
    const response = await fetch(`/bench-model/${path}`);
    if (!response.ok) throw new AppError('model-file-missing', { message: path });
    return new Uint8Array(await response.arrayBuffer());
  },
};

let workload: Workload | null = null;

async function answer(request: BenchRequest): Promise<number> {
  const started = performance.now();
  if (request.kind === 'open') {
    const { backend, threads, software, options } = request;
    const runner =
      backend === 'wasm'
        ? createWasmRunner({ threads })
        : createWebGpuRunner({ gpu: await requestWebGpuDevice(software ? { subgroups: false } : {}), fusedAttention: !software });
    workload = await openWorkload(runner, servedFolder, options);
  } else {
    for (let i = 0; i < request.count; i++) await workload![request.unit]();
  }
  return (performance.now() - started) / 1000;
}

addEventListener('message', ({ data, ports }: MessageEvent<BenchRequest>) => {
  const reply = (message: BenchReply): void => ports[0]!.postMessage(message);
  answer(data).then(
    (seconds) => reply({ seconds }),
    (error: unknown) => reply({ error: error instanceof Error ? error.message : String(error) }),
  );
});
