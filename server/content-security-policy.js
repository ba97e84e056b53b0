/** @file The content security policy, once: for the pages' meta element (Kit) and for the server's headers. Plain JavaScript, because Kit's configuration reads it too. */

/**
 * The only other origins, in the policy of the one worker that loads models: the model hub and the hosts it keeps its large files on. A browser asks them when, and only when, a person chooses to load a model;
 * the address of a file is all that a request holds (`workers/models/ask.ts`). `src/docs/decisions/0012-models-from-elsewhere.md` says why.
 */
export const defaultModelOrigins = /** @type {const} */ (['https://huggingface.co', 'https://*.huggingface.co', 'https://*.hf.co']);

/**
 * The origins models may come from: those above, and the mirrors that whoever runs this site names in MODEL_ORIGINS, separated by spaces; `none` for no origin at all.
 *
 * @param {string | undefined} setting
 * @returns {string[]}
 */
export function readModelOrigins(setting) {
  const named = (setting ?? '').split(/\s+/).filter((origin) => origin !== '');
  if (named.includes('none')) return [];
  for (const origin of named) {
    const isLocal = /^http:\/\/(localhost|127\.0\.0\.1)(:\d+)?$/.test(origin);
    if (!isLocal && !/^https:\/\/(\*\.)?[a-z0-9.-]+(:\d+)?$/.test(origin))
      throw new Error(`MODEL_ORIGINS: "${origin}" is not an origin such as https://models.example.org`);
  }
  return [...defaultModelOrigins, ...named];
}

/**
 * No other origin, but for requests of the worker that loads models. `wasm-unsafe-eval` lets WebAssembly compile; `blob:` workers are
 * the runtime's own threads; inline styles are style attributes that Svelte writes, which cannot run code.
 *
 * @param {readonly string[]} modelOrigins where models may be loaded from: for that worker only
 */
export function contentSecurityPolicy(modelOrigins = []) {
  return {
    'default-src': ['self'],
    'script-src': ['self', 'wasm-unsafe-eval', 'blob:'],
    'style-src': ['self', 'unsafe-inline'],
    'img-src': ['self', 'blob:', 'data:'],
    'font-src': ['self'],
    'media-src': ['self', 'blob:'],
    'connect-src': ['self', 'blob:', 'data:', ...modelOrigins],
    'worker-src': ['self', 'blob:'],
    'object-src': ['none'],
    'base-uri': ['none'],
    'form-action': ['none'],
  };
}
