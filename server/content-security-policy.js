/** @file The content security policy, once: for the pages' meta element (Kit) and for the server's header. Plain JavaScript, because Kit's configuration reads it too. */

/**
 * No other origin anywhere. `wasm-unsafe-eval` lets WebAssembly compile; `blob:` workers are the runtime's own threads;
 * inline styles are style attributes that Svelte writes, which cannot run code.
 */
export const contentSecurityPolicy = /** @type {const} */ ({
  'default-src': ['self'],
  'script-src': ['self', 'wasm-unsafe-eval', 'blob:'],
  'style-src': ['self', 'unsafe-inline'],
  'img-src': ['self', 'blob:', 'data:'],
  'font-src': ['self'],
  'media-src': ['self', 'blob:'],
  'connect-src': ['self', 'blob:', 'data:'],
  'worker-src': ['self', 'blob:'],
  'object-src': ['none'],
  'base-uri': ['none'],
  'form-action': ['none'],
});
