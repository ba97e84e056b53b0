/** @file A Vite plugin: the headers that allow shared memory, hence wasm threads, in `dev` and `preview`. The server sets its own. */
import type { Connect, Plugin } from 'vite';

export const isolationHeaders = {
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Embedder-Policy': 'require-corp',
  'Cross-Origin-Resource-Policy': 'same-origin',
} as const;

/** `server.headers` does not reach Kit's preview pages (measured), hence a middleware. */
export function crossOriginIsolation(): Plugin {
  const setHeaders: Connect.NextHandleFunction = (_request, response, next) => {
    for (const [name, value] of Object.entries(isolationHeaders)) response.setHeader(name, value);
    next();
  };
  return {
    name: 'likeness:cross-origin-isolation',
    configureServer: (server) => void server.middlewares.use(setHeaders),
    configurePreviewServer: (server) => void server.middlewares.use(setHeaders),
  };
}
