/** @file The server: hands out the built site with the right headers, and says that it is well. It receives nothing about anyone and logs nothing. */
import { createReadStream } from 'node:fs';
import { Readable } from 'node:stream';
import { Hono } from 'hono';
import { policyHeader, securityHeaders } from './security-headers.ts';
import type { Site, SiteFile } from './site-files.ts';

/**
 * The app over a built site. Later routes (accounts, payment) mount under `/api`.
 *
 * @param modelOrigins where models may be loaded from, by the one worker that does it
 */
export function createApp(site: Site, modelOrigins: readonly string[]): Hono {
  const app = new Hono();
  app.use(securityHeaders);

  app.get('/api/health', (context) => {
    context.header('Cache-Control', 'no-store');
    return context.json({ status: 'ok' });
  });
  app.all('/api/*', (context) => context.json({ code: 'usage', message: 'There is no such route.' }, 404));

  app.on(['GET', 'HEAD'], '*', (context) => {
    const path = decodePath(context.req.path);
    const found = site.files.get(path);
    const file = found ?? site.fallback;
    if (found !== undefined && context.req.header('If-None-Match') === file.entityTag)
      return new Response(null, { status: 304, headers: headersOf(file, modelOrigins) });
    const body = context.req.method === 'HEAD' ? null : file.page === null ? streamOf(file) : new Uint8Array(file.page.html);
    return new Response(body, {
      status: found === undefined ? 404 : 200,
      headers: { ...headersOf(file, modelOrigins), 'Content-Length': String(file.sizeBytes) },
    });
  });

  app.all('*', (context) => {
    context.header('Allow', 'GET, HEAD');
    return context.text('Only GET and HEAD: this server takes nothing in.', 405);
  });
  return app;
}

function headersOf(file: SiteFile, modelOrigins: readonly string[]): Record<string, string> {
  return {
    'Content-Type': file.contentType,
    'Cache-Control': file.cacheControl,
    ETag: file.entityTag,
    ...(file.page === null ? {} : { 'Content-Security-Policy': policyHeader([], file.page.scriptHashes) }),
    ...(file.loadsModels ? { 'Content-Security-Policy': policyHeader(modelOrigins) } : {}),
  };
}

function streamOf(file: SiteFile): ReadableStream {
  return Readable.toWeb(createReadStream(file.path)) as ReadableStream;
}

function decodePath(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return path; // Broken escapes match no file and get the fallback.
  }
}
