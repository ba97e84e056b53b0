/** @file The server over a small made-up site: headers, caching, pages, and what it refuses. */
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { defaultHub } from '#models/catalog/index.ts';
import { createApp } from './app.ts';
import { defaultModelOrigins, readModelOrigins } from './content-security-policy.js';
import { readEnvironment } from './env.ts';
import { readSite } from './site-files.ts';

const folder = mkdtempSync(join(tmpdir(), 'likeness-site-'));
const inline = 'console.log("start")';
const page = `<!doctype html><meta http-equiv="content-security-policy" content="connect-src 'self'"><script src="/before-paint.js"></script><script>${inline}</script>`;
mkdirSync(join(folder, '_app/immutable/workers'), { recursive: true });
for (const [name, text] of Object.entries({
  'index.html': page,
  'photos.html': page,
  '200.html': '<!doctype html>fallback',
  'service-worker.js': 'self',
  '_app/immutable/runtime.abc.wasm': 'wasm',
  '_app/immutable/runtime.abc.mjs': 'export {}',
  '_app/immutable/workers/model.worker-aB_1-c.js': 'self',
  '_app/immutable/workers/engine.worker-abc.js': 'self',
})) {
  writeFileSync(join(folder, name), text);
}
const served = page.replace(/<meta[^>]*>/, '');
/** The directives of an answer's policy that name another origin. */
const foreignDirectives = (headers: Headers): string[] =>
  (headers.get('content-security-policy') ?? '').split('; ').filter((directive) => /https?:/.test(directive));
const app = createApp(readSite(folder), readModelOrigins('https://mirror.example.org'));

afterAll(() => {
  rmSync(folder, { recursive: true });
});

describe('headers', () => {
  test('every answer allows shared memory and no other origin', async () => {
    for (const path of [
      '/',
      '/photos',
      '/_app/immutable/workers/engine.worker-abc.js',
      '/service-worker.js',
      '/_app/immutable/runtime.abc.wasm',
      '/nowhere',
      '/api/health',
    ]) {
      const { headers } = await app.request(path);
      expect(headers.get('cross-origin-opener-policy')).toBe('same-origin');
      expect(headers.get('cross-origin-embedder-policy')).toBe('require-corp');
      expect(headers.get('cross-origin-resource-policy')).toBe('same-origin');
      expect(headers.get('content-security-policy')).toContain("default-src 'self'; script-src 'self' 'wasm-unsafe-eval' blob:");
      expect(foreignDirectives(headers)).toEqual([]);
      expect(headers.get('content-security-policy')).not.toContain("'unsafe-eval'");
      expect(headers.get('x-content-type-options')).toBe('nosniff');
    }
  });

  test('only the worker that loads models may ask where models come from, and its policy is never out of date', async () => {
    const { headers } = await app.request('/_app/immutable/workers/model.worker-aB_1-c.js');
    expect(foreignDirectives(headers)).toEqual([`connect-src 'self' blob: data: ${[...defaultModelOrigins, 'https://mirror.example.org'].join(' ')}`]);
    expect(headers.get('cache-control')).toBe('no-store');
    expect(headers.get('cross-origin-embedder-policy')).toBe('require-corp');
    const nowhere = await createApp(readSite(folder), readModelOrigins('none')).request('/_app/immutable/workers/model.worker-aB_1-c.js');
    expect(foreignDirectives(nowhere.headers)).toEqual([]);
  });

  test('a page may run its own inline script by hash and no other', async () => {
    const hash = createHash('sha256').update(inline).digest('base64');
    expect((await app.request('/')).headers.get('content-security-policy')).toContain(`'sha256-${hash}'`);
    expect((await app.request('/service-worker.js')).headers.get('content-security-policy')).not.toContain(hash);
  });

  test('pages are never cached, hashed files for ever, the rest is asked again', async () => {
    expect((await app.request('/photos')).headers.get('cache-control')).toBe('no-store');
    expect((await app.request('/_app/immutable/runtime.abc.wasm')).headers.get('cache-control')).toContain('immutable');
    expect((await app.request('/service-worker.js')).headers.get('cache-control')).toBe('no-cache');
  });

  test('the runtime’s module has a script’s type, without which no browser imports it', async () => {
    expect((await app.request('/_app/immutable/runtime.abc.mjs')).headers.get('content-type')).toContain('text/javascript');
  });

  test('wasm has the type that streaming compilation needs', async () => {
    expect((await app.request('/_app/immutable/runtime.abc.wasm')).headers.get('content-type')).toBe('application/wasm');
  });
});

describe('pages', () => {
  test('an address without ending gets its page', async () => {
    const response = await app.request('/photos');
    expect(response.status).toBe(200);
    expect(await response.text()).toBe(served);
  });

  test('an unknown address gets the fallback page with status 404', async () => {
    const response = await app.request('/nowhere');
    expect(response.status).toBe(404);
    expect(await response.text()).toContain('fallback');
  });

  test('a path outside the site is never read', async () => {
    for (const path of ['/../package.json', '/..%2f..%2fetc%2fpasswd', '/%2e%2e/package.json', '/%']) {
      expect(await (await app.request(path)).text()).toContain('fallback');
    }
  });

  test('an unchanged file is not sent twice', async () => {
    const first = await app.request('/service-worker.js');
    const second = await app.request('/service-worker.js', { headers: { 'If-None-Match': first.headers.get('etag') ?? '' } });
    expect(second.status).toBe(304);
    expect(second.headers.get('cross-origin-embedder-policy')).toBe('require-corp');
  });

  test('HEAD tells the length and sends nothing', async () => {
    const response = await app.request('/photos', { method: 'HEAD' });
    expect(response.headers.get('content-length')).toBe(String(served.length));
    expect(await response.text()).toBe('');
  });
});

test('nothing can be sent to the server', async () => {
  const response = await app.request('/photos', { method: 'POST', body: 'a photo' });
  expect(response.status).toBe(405);
  expect(response.headers.get('allow')).toBe('GET, HEAD');
});

test('it says that it is well', async () => {
  const response = await app.request('/api/health');
  expect(await response.json()).toEqual({ status: 'ok' });
  expect((await app.request('/api/anything')).status).toBe(404);
});

describe('the environment', () => {
  test('has defaults', () => {
    expect(readEnvironment({})).toEqual({ port: 4173, host: '127.0.0.1', siteFolder: 'build', modelOrigins: [...defaultModelOrigins] });
  });

  test('names mirrors for models, or none, and nothing that could widen the policy', () => {
    expect(readEnvironment({ MODEL_ORIGINS: 'https://a.example.org http://localhost:8080' }).modelOrigins).toEqual([
      ...defaultModelOrigins,
      'https://a.example.org',
      'http://localhost:8080',
    ]);
    expect(readEnvironment({ MODEL_ORIGINS: 'none' }).modelOrigins).toEqual([]);
    expect(defaultModelOrigins).toContain(defaultHub);
    for (const wrong of ['*', 'https:', 'http://example.org', "'unsafe-eval'", 'https://a.org; script-src *', 'https://a.org/path']) {
      expect(() => readEnvironment({ MODEL_ORIGINS: wrong }), wrong).toThrow(/MODEL_ORIGINS/);
    }
  });

  test('a wrong port is named', () => {
    expect(() => readEnvironment({ PORT: 'eighty' })).toThrow(/PORT/);
  });

  test('a folder without a site is named, with what to do', () => {
    expect(() => readSite(join(folder, '_app'))).toThrow(/holds no built site/);
  });
});
