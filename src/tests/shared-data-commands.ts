/** @file What browser tests may read of the test data beside the repository, and how much memory their browser takes. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { resolve, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { BrowserCommand } from 'vitest/node';

const shared = fileURLToPath(new URL('../../../shared/data/', import.meta.url));

function within(path: string): string {
  const found = resolve(shared, path);
  if (!`${found}${sep}`.startsWith(shared)) throw new Error(`${path} lies outside of the test data`);
  return found;
}

/** Paths of all files under a folder, from `../shared/data`; empty where that folder is absent. */
export const listShared: BrowserCommand<[folder: string], string[]> = (_context, folder) => {
  if (!existsSync(within(folder))) return [];
  const entries = readdirSync(within(folder), { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => `${entry.parentPath}${sep}${entry.name}`.slice(shared.length))
    .sort();
};

/** A file's bytes, in base64. */
export const readShared: BrowserCommand<[path: string], string> = (_context, path) => readFileSync(within(path)).toString('base64');

/** Resident bytes of the browser's processes together, pages and workers included; null where the system does not tell. */
export const browserBytes: BrowserCommand<[], number | null> = () => {
  if (!existsSync('/proc/self/status')) return null;
  const processes = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap(readProcess);
  const children = (parent: number): number =>
    processes.filter((one) => one.parent === parent).reduce((sum, one) => sum + (one.isBrowser ? one.bytes : 0) + children(one.id), 0);
  return children(process.pid);
};

function readProcess(id: string): { id: number; parent: number; bytes: number; isBrowser: boolean }[] {
  try {
    const status = readFileSync(`/proc/${id}/status`, 'utf8');
    const field = (name: string): string => new RegExp(`^${name}:\\s+(\\S+)`, 'm').exec(status)?.[1] ?? '0';
    // RssAnon: what processes share (the program itself, its files) would be counted once for each.
    return [{ id: Number(id), parent: Number(field('PPid')), bytes: Number(field('RssAnon')) * 1024, isBrowser: /chrom/i.test(field('Name')) }];
  } catch {
    return []; // It ended between the listing and the reading.
  }
}

declare module 'vitest/internal/browser' {
  interface BrowserCommands {
    listShared: (folder: string) => Promise<string[]>;
    readShared: (path: string) => Promise<string>;
    browserBytes: () => Promise<number | null>;
  }
}
