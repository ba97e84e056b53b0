/** @file The page of the browser benchmark: starts the worker and hands it requests. */
import type { BenchReply, BenchRequest } from './bench.worker.ts';

const worker = new Worker(new URL('./bench.worker.ts', import.meta.url), { type: 'module' });

/** Called by the benchmark through the browser's debugger. */
function ask(request: BenchRequest): Promise<BenchReply> {
  return new Promise((resolve, reject) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = ({ data }: MessageEvent<BenchReply>) => {
      port1.close();
      resolve(data);
    };
    worker.onerror = ({ message }) => reject(new Error(message));
    worker.postMessage(request, [port2]);
  });
}

declare global {
  var askBench: typeof ask | undefined;
}
globalThis.askBench = ask;
