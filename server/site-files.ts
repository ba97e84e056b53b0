/** @file The built site as a list of files read once: what may be served, under which address, as which type, for how long. */
import { createHash } from 'node:crypto';
import { readFileSync, readdirSync, statSync } from 'node:fs';
import { extname, join, sep } from 'node:path';
import { AppError } from '#models/errors/app-error.ts';
import { inlineScriptHashes } from './security-headers.ts';

/** A page as it is sent: without the policy that the build wrote into it, because the header says the same and more, and a page obeys both. */
export interface ServedPage {
  readonly html: Buffer;
  readonly scriptHashes: readonly string[];
}

export interface SiteFile {
  readonly path: string;
  readonly sizeBytes: number;
  readonly contentType: string;
  readonly cacheControl: string;
  readonly entityTag: string;
  /** Pages only; other files are read when they are asked for. */
  readonly page: ServedPage | null;
  /** True for the script of the worker that loads models: the only answer whose policy names other origins. */
  readonly loadsModels: boolean;
}

export interface Site {
  /** URL path -> file. Only what is listed here is ever read: no path of a request reaches the disk. */
  readonly files: ReadonlyMap<string, SiteFile>;
  /** The page for an address that is not listed. */
  readonly fallback: SiteFile;
}

const contentTypes: Readonly<Record<string, string>> = {
  '.css': 'text/css; charset=utf-8',
  '.html': 'text/html; charset=utf-8',
  '.ico': 'image/x-icon',
  '.jpg': 'image/jpeg',
  '.js': 'text/javascript; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.mjs': 'text/javascript; charset=utf-8',
  '.png': 'image/png',
  '.svg': 'image/svg+xml',
  '.txt': 'text/plain; charset=utf-8',
  '.wasm': 'application/wasm',
  '.webmanifest': 'application/manifest+json',
  '.webp': 'image/webp',
  '.woff2': 'font/woff2',
};

/**
 * Lists the built site.
 *
 * @throws {AppError} usage, if the folder holds no built site
 */
export function readSite(folder: string): Site {
  let names: string[];
  try {
    names = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => statSync(join(folder, name)).isFile());
  } catch (cause) {
    throw notBuilt(folder, cause);
  }
  const files = new Map<string, SiteFile>();
  for (const name of names) {
    const file = describe(join(folder, name), `/${name.split(sep).join('/')}`);
    for (const address of addressesOf(name.split(sep).join('/'))) files.set(address, file);
  }
  const fallback = files.get('/200.html');
  if (fallback === undefined) throw notBuilt(folder, undefined);
  return { files, fallback };
}

/** `photos.html` answers to `/photos`, `index.html` to `/`; every file also to its own name. */
function addressesOf(name: string): string[] {
  if (name === 'index.html') return ['/', '/index.html'];
  return name.endsWith('.html') ? [`/${name.slice(0, -'.html'.length)}`, `/${name}`] : [`/${name}`];
}

/** The built name of `workers/models/model.worker.ts`. A worker obeys the policy that came with its own script, not that of the page. */
const modelWorker = /^\/_app\/immutable\/workers\/model\.worker-[\w-]+\.js$/;

function describe(path: string, url: string): SiteFile {
  const loadsModels = modelWorker.test(url);
  const isPage = url.endsWith('.html');
  const { size, mtimeMs } = statSync(path);
  const page = isPage ? readPage(path) : null;
  return {
    path,
    sizeBytes: page?.html.length ?? size,
    contentType: contentTypes[extname(path)] ?? 'application/octet-stream',
    // Whoever runs the site may change the policy of pages and of this worker without a new build.
    cacheControl: isPage || loadsModels ? 'no-store' : url.startsWith('/_app/immutable/') ? 'public, max-age=31536000, immutable' : 'no-cache',
    entityTag: `"${createHash('sha256').update(`${url}:${size}:${mtimeMs}`).digest('hex').slice(0, 24)}"`,
    page,
    loadsModels,
  };
}

function readPage(path: string): ServedPage {
  const html = readFileSync(path, 'utf8').replace(/<meta http-equiv="content-security-policy"[^>]*>/i, '');
  return { html: Buffer.from(html), scriptHashes: inlineScriptHashes(html) };
}

function notBuilt(folder: string, cause: unknown): AppError {
  return new AppError('usage', { message: `${folder} holds no built site`, help: 'Run `npm run build` first, or `npm start`.', cause });
}
