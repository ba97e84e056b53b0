/** @file A Vite plugin: the headers that allow shared memory, hence wasm threads, in `dev` and `preview`. The server sets its own. */
import type { Connect, Plugin } from 'vite';

/** `server.headers` does not reach Kit's preview pages (measured), hence a middleware. */
export function crossOriginIsolation(): Plugin {
  const setHeaders: Connect.NextHandleFunction = (_request, response, next) => {
    response.setHeader('Cross-Origin-Opener-Policy', 'same-origin');
    response.setHeader('Cross-Origin-Embedder-Policy', 'require-corp');
    response.setHeader('Cross-Origin-Resource-Policy', 'same-origin');
    next();
  };
  return {
    name: 'likeness:cross-origin-isolation',
    configureServer: (server) => void server.middlewares.use(setHeaders),
    configurePreviewServer: (server) => void server.middlewares.use(setHeaders),
  };
}
