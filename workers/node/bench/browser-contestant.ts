/** @file Our engine in headless Chromium as a contestant: a small server with the worker and the model, and a browser with one page. */
import { createReadStream, existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';
import { createServer, type ViteDevServer } from 'vite';
import type { BenchReply, BenchRequest } from './bench.worker.ts';
import { openModelDirectory } from '../model-directory.ts';
import { NotMeasured, type Contestant, type ContestantOptions } from './contestant.ts';
import { processorSeconds } from './processor-time.ts';

const root = fileURLToPath(new URL('../../..', import.meta.url));
const page = '<!doctype html><title>bench</title><script type="module" src="/workers/node/bench/bench-page.ts"></script>';
const usualBrowsers = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
];
const softwareAdapter = ['--enable-unsafe-webgpu', '--use-webgpu-adapter=swiftshader', '--enable-features=Vulkan'];

/** Serves the sources and, under `/bench-model/`, one model folder; shared memory is allowed. */
async function serve(modelFolder: string): Promise<ViteDevServer> {
  const server = await createServer({
    configFile: false,
    root,
    logLevel: 'error',
    cacheDir: join(root, '.cache/vite-bench'),
    optimizeDeps: { exclude: ['onnxruntime-web'], include: ['zod'] },
    worker: { format: 'es' },
    server: { port: 0, hmr: false, watch: null },
    plugins: [
      {
        name: 'likeness:bench',
        configureServer: ({ middlewares }) =>
          void middlewares.use((request, response, next) => {
            response.setHeader('Cross-Origin-Opener-Policy', 'same-origin');
            response.setHeader('Cross-Origin-Embedder-Policy', 'require-corp');
            const url = request.url ?? '/';
            const file = url.startsWith('/bench-model/') ? join(modelFolder, url.slice('/bench-model/'.length)) : null;
            if (url === '/bench') response.setHeader('Content-Type', 'text/html').end(page);
            else if (url === '/bench-model/files.json')
              openModelDirectory(modelFolder)
                .list()
                .then((files) => response.end(JSON.stringify(files)), next);
            else if (file !== null && existsSync(file)) createReadStream(file).pipe(response);
            else next();
          }),
      },
    ],
  });
  return server.listen();
}

/**
 * Starts Chromium and opens the workload in its worker.
 *
 * @param backend WebGPU is the software adapter: headless machines have no other, and it is slow enough to be measured once
 * @throws {NotMeasured} without Chromium or without an adapter
 */
export async function browserContestant(name: string, backend: 'wasm' | 'webgpu', options: ContestantOptions): Promise<Contestant> {
  const { model, threads, ...workloadOptions } = options;
  const executablePath = [process.env['CHROMIUM_PATH'], ...usualBrowsers].find((path) => path !== undefined && existsSync(path));
  if (executablePath === undefined) throw new NotMeasured('the browser is not measured: no Chromium; name one in CHROMIUM_PATH');
  const server = await serve(model === 'builtin' ? join(root, 'models/builtin') : model);
  const launched = await chromium.launchServer({ executablePath, args: ['--no-sandbox', ...(backend === 'webgpu' ? softwareAdapter : [])] });
  const close = async (): Promise<void> => {
    await launched.close();
    await server.close();
  };
  try {
    const browser = await chromium.connect(launched.wsEndpoint());
    const tab = await browser.newPage();
    await tab.goto(`${server.resolvedUrls!.local[0]!}bench`);
    await tab.waitForFunction(() => globalThis.askBench !== undefined, undefined, { timeout: 120_000 });
    const ask = async (request: BenchRequest): Promise<number> => {
      const reply: BenchReply = await tab.evaluate((asked) => globalThis.askBench!(asked), request);
      if ('error' in reply) throw new NotMeasured(`${name} is not measured: ${reply.error}`);
      return reply.seconds;
    };
    await ask({ kind: 'open', backend, threads, software: backend === 'webgpu', options: workloadOptions });
    const pid = launched.process().pid!;
    return {
      name,
      units: ['train', 'denoise', 'frame', 'encode'],
      batchSize: options.batchSize,
      once: backend === 'webgpu',
      measure: async (unit, count) => {
        const before = processorSeconds(pid);
        const seconds = await ask({ kind: 'work', unit, count });
        const after = processorSeconds(pid);
        return { seconds, cpuSeconds: before === null || after === null ? null : after - before };
      },
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}
