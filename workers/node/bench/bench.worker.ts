/** @file The browser's side of the benchmark, in a worker as in the app: loads the model over HTTP and does units of work on request. */
import type { ModelFile, ModelFolder } from '#models/formats/model-folder.ts';
import { siteFolder } from '../../host/model-folders.ts';
import { requestWebGpuDevice } from '../../runtime/device.ts';
import { createWasmRunner, createWebGpuRunner } from '../../runtime/ort-web-runner.ts';
import { openWorkload, type Workload, type WorkloadOptions, type WorkUnit } from './workload.ts';

export type BenchRequest =
  | { readonly kind: 'open'; readonly backend: 'wasm' | 'webgpu'; readonly threads: number; readonly software: boolean; readonly options: WorkloadOptions }
  | { readonly kind: 'work'; readonly unit: WorkUnit; readonly count: number };

/** Seconds of work, or why it failed. */
export type BenchReply = { readonly seconds: number } | { readonly error: string };

/** The model folder that the benchmark's server has under `/bench-model/`, with its list of files. */
async function openServedFolder(): Promise<ModelFolder> {
  const base = new URL('/bench-model/', self.location.origin);
  const files = (await (await fetch(new URL('files.json', base))).json()) as ModelFile[];
  return siteFolder(
    'bench',
    base,
    files.map(({ path }) => path),
  );
}

let workload: Workload | null = null;

async function answer(request: BenchRequest): Promise<number> {
  const started = performance.now();
  if (request.kind === 'open') {
    const { backend, threads, software, options } = request;
    const runner =
      backend === 'wasm'
        ? createWasmRunner({ threads })
        : createWebGpuRunner({ gpu: await requestWebGpuDevice(software ? { subgroups: false } : {}), fusedAttention: !software });
    workload = await openWorkload(runner, await openServedFolder(), options);
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
