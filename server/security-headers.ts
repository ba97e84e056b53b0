/** @file The headers of every answer: no other origin but for the worker that loads models, shared memory for wasm threads, no sniffing, no sensors but the camera. */
import { createHash } from 'node:crypto';
import type { MiddlewareHandler } from 'hono';
import { contentSecurityPolicy } from './content-security-policy.js';

/** Sources that the policy's grammar writes in quotes. */
const quoted = new Set(['self', 'none', 'unsafe-inline', 'wasm-unsafe-eval']);

/**
 * The policy as a header.
 *
 * @param modelOrigins  where models may be loaded from: none, but for the worker that does it
 * @param scriptHashes  `sha256-...` of the inline scripts that the page may run: Kit writes one into each page
 */
export function policyHeader(modelOrigins: readonly string[], scriptHashes: readonly string[] = []): string {
  const directives = Object.entries(contentSecurityPolicy(modelOrigins)).map(([name, sources]) => {
    const all = name === 'script-src' ? [...sources, ...scriptHashes] : [...sources];
    return `${name} ${all.map((source) => (quoted.has(source) || source.startsWith('sha256-') ? `'${source}'` : source === 'blob' || source === 'data' ? `${source}:` : source)).join(' ')}`;
  });
  return [...directives, "frame-ancestors 'none'"].join('; ');
}

/** The hashes of a page's inline scripts, as the policy names them. */
export function inlineScriptHashes(html: string): string[] {
  return [...html.matchAll(/<script(?![^>]*\ssrc=)[^>]*>([\s\S]*?)<\/script>/g)].map(
    ([, script = '']) => `sha256-${createHash('sha256').update(script).digest('base64')}`,
  );
}

/** Sets the headers on every answer; a page sets its own policy with its scripts' hashes, and the worker that loads models the one with their origins. */
export const securityHeaders: MiddlewareHandler = async (context, next) => {
  await next();
  const { headers } = context.res;
  if (!headers.has('Content-Security-Policy')) headers.set('Content-Security-Policy', policyHeader([]));
  headers.set('Cross-Origin-Opener-Policy', 'same-origin');
  headers.set('Cross-Origin-Embedder-Policy', 'require-corp');
  headers.set('Cross-Origin-Resource-Policy', 'same-origin');
  headers.set('X-Content-Type-Options', 'nosniff');
  headers.set('Referrer-Policy', 'no-referrer');
  headers.set('Permissions-Policy', 'camera=(self), microphone=(), geolocation=(), payment=(), usb=()');
};
