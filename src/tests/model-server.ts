/**
 * @file A model host for tests, a real HTTP server on its own origin. What it does wrong is said in its address:
 * `ORIGIN/CASE~fault=value/...` is the base of a hub; `ORIGIN/log/CASE` tells what was asked of it.
 *
 * Repositories: `test/tiny` (the golden pipeline's folder, a whole small Stable Diffusion), `test/big` (the same with 20 MB of UNet weights),
 * `test/lying` (the same with UNet weights shorter than their header says), `test/pickle` (weights as pickles only).
 */
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, readdirSync, statSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { join, sep } from 'node:path';
import type { AddressInfo } from 'node:net';
import { root } from './imports.ts';

/** What a case may do wrong; all concern the UNet's weights. */
interface Faults {
  /** The line drops after this many bytes of an answer. */
  readonly cut?: number;
  /** How many answers are cut; default 1. */
  readonly cuts?: number;
  /** So many answers are "503, try again later". */
  readonly down?: number;
  /** Ranges are ignored. */
  readonly norange?: boolean;
  /** There is no list of files. */
  readonly nolist?: boolean;
  /** The file has another entity tag each time. */
  readonly newtag?: boolean;
  /** The first answer has one wrong byte. */
  readonly flip?: boolean;
  /** Milliseconds between pieces of 1 MB. */
  readonly slow?: number;
}

export interface LoggedRequest {
  readonly method: string;
  readonly path: string;
  readonly range: string | null;
  readonly status: number;
  sentBytes: number;
}

export interface ModelServer {
  readonly origin: string;
  close(): void;
}

const unetPath = 'unet/diffusion_pytorch_model.safetensors';
const tinyFolder = join(root, 'models/testing/golden/pipeline');

/** Serves on `port`, or on a free one. */
export async function startModelServer(port = 0): Promise<ModelServer> {
  const logs = new Map<string, LoggedRequest[]>();
  const server = createServer((request, response) => {
    answer(request, response, logs).catch(() => response.destroy());
  });
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  return {
    origin: `http://localhost:${(server.address() as AddressInfo).port}`,
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}

async function answer(request: IncomingMessage, response: ServerResponse, logs: Map<string, LoggedRequest[]>): Promise<void> {
  response.setHeader('Access-Control-Allow-Origin', '*');
  response.setHeader('Access-Control-Expose-Headers', 'ETag, Content-Range, Content-Length, Link');
  const [, name = '', ...rest] = decodeURIComponent(new URL(request.url ?? '/', 'http://localhost').pathname).split('/');
  const path = rest.join('/');
  if (request.method === 'OPTIONS') return void response.writeHead(403).end(); // As many hosts: no header of one's own is allowed.
  if (name === 'log') return void response.setHeader('Content-Type', 'application/json').end(JSON.stringify(logs.get(path) ?? []));
  const entry: LoggedRequest = { method: request.method ?? '', path, range: request.headers.range ?? null, status: 0, sentBytes: 0 };
  const log = logs.get(name) ?? [];
  logs.set(name, [...log, entry]);
  const finish = (status: number): void => {
    (entry as { status: number }).status = status;
    response.writeHead(status);
  };
  const faults = readFaults(name);
  const listing = /^api\/models\/(test\/\w+)\/tree\/main$/.exec(path);
  if (listing?.[1] !== undefined) {
    if (faults.nolist === true) return void (finish(404), response.end());
    finish(200);
    return void response.end(JSON.stringify(listingOf(listing[1])));
  }
  const [, repo, file] = /^(test\/\w+)\/resolve\/main\/(.+)$/.exec(path) ?? [];
  const content = repo === undefined || file === undefined ? null : contentOf(repo, file);
  if (content === null) return void (finish(404), response.end());
  const earlier = log.filter((asked) => asked.path === path && asked.method === 'GET').length;
  await send(request, response, entry, finish, file === unetPath ? faults : {}, content, earlier);
}

async function send(
  request: IncomingMessage,
  response: ServerResponse,
  entry: LoggedRequest,
  finish: (status: number) => void,
  faults: Faults,
  content: Buffer,
  earlier: number,
): Promise<void> {
  if (request.method === 'GET' && earlier < (faults.down ?? 0)) return void (finish(503), response.end());
  response.setHeader('ETag', `"${sha256(content).slice(0, 16)}${faults.newtag === true ? earlier : ''}"`);
  response.setHeader('Content-Type', 'application/octet-stream');
  const from = faults.norange === true ? 0 : Number(/^bytes=(\d+)-$/.exec(entry.range ?? '')?.[1] ?? 0);
  if (from >= content.length && from > 0) return void (finish(416), response.end());
  let body = content.subarray(from);
  if (faults.flip === true && earlier === 0) {
    body = Buffer.from(body);
    body.writeUInt8(body.readUInt8(body.length - 1) ^ 1, body.length - 1);
  }
  response.setHeader('Content-Length', body.length);
  if (from > 0) response.setHeader('Content-Range', `bytes ${from}-${content.length - 1}/${content.length}`);
  finish(from > 0 ? 206 : 200);
  if (request.method === 'HEAD') return void response.end();
  const end = faults.cut !== undefined && earlier < (faults.cuts ?? 1) ? faults.cut : body.length;
  for (let offset = 0; offset < end && !response.destroyed; offset += 2 ** 20) {
    const piece = body.subarray(offset, Math.min(end, offset + 2 ** 20));
    await new Promise<void>((resolve) => void response.write(piece, () => resolve()));
    entry.sentBytes += piece.length;
    if (faults.slow !== undefined) await new Promise((resolve) => setTimeout(resolve, faults.slow));
  }
  if (end < body.length) {
    await new Promise((resolve) => setTimeout(resolve, 300)); // What was sent arrives before the line drops.
    response.destroy();
  } else response.end();
}

function readFaults(name: string): Faults {
  return Object.fromEntries(
    name
      .split('~')
      .slice(1)
      .map((fault) => fault.split('='))
      .map(([key, value]) => [key, value === undefined ? true : Number(value)]),
  ) as Faults;
}

function listingOf(repo: string): unknown[] {
  return pathsOf(repo).map((path) => {
    const content = contentOf(repo, path) ?? Buffer.alloc(0);
    const isLarge = path.endsWith('.safetensors');
    return {
      type: 'file',
      path,
      size: content.length,
      oid: 'a'.repeat(40),
      ...(isLarge ? { lfs: { oid: sha256(content), size: content.length, pointerSize: 130 } } : {}),
    };
  });
}

function pathsOf(repo: string): string[] {
  const paths = readdirSync(tinyFolder, { recursive: true, encoding: 'utf8' })
    .filter((name) => statSync(join(tinyFolder, name)).isFile() && name.includes(sep) === (name !== 'model_index.json'))
    .map((name) => name.split(sep).join('/'));
  return repo === 'test/pickle' ? paths.map((path) => path.replace(/\.safetensors$/, '.bin')) : paths;
}

const contents = new Map<string, Buffer>();

function contentOf(repo: string, path: string): Buffer | null {
  const key = `${repo}/${path}`;
  const kept = contents.get(key);
  if (kept !== undefined) return kept;
  if (repo === 'test/pickle' && !pathsOf(repo).includes(path)) return null;
  const source = join(tinyFolder, path.replace(/\.bin$/, '.safetensors'));
  if (!pathsOf('test/tiny').includes(path.replace(/\.bin$/, '.safetensors')) || !existsSync(source)) return null;
  const isUnet = path === unetPath;
  const made = isUnet && repo === 'test/big' ? bigWeights(20e6) : isUnet && repo === 'test/lying' ? bigWeights(1e6).subarray(0, 900_000) : readFileSync(source);
  contents.set(key, made);
  return made;
}

/** A true safetensors file of one tensor. */
function bigWeights(dataBytes: number): Buffer {
  const header = Buffer.from(JSON.stringify({ weight: { dtype: 'F32', shape: [dataBytes / 4], data_offsets: [0, dataBytes] } }).padEnd(120));
  const length = Buffer.alloc(8);
  length.writeUInt32LE(header.length);
  const data = Buffer.alloc(dataBytes);
  for (let index = 0; index < dataBytes; index += 4) data.writeUInt32LE((index * 2654435761) >>> 0, index);
  return Buffer.concat([length, header, data]);
}

function sha256(content: Buffer): string {
  return createHash('sha256').update(content).digest('hex');
}
