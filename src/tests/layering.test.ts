/** @file The layers hold: nobody imports past their neighbours, no cycles, one doorway per package, and pure mathematics stays pure. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { exists, listSources, readImports, root } from './imports.ts';
import { doorways, type Layer, layers } from './layers.ts';

const sources = listSources();
/** Tests, and what several tests share beside the code: `*-fixture.ts`. */
const isTestFile = (path: string): boolean => /(\.test|\.e2e|-fixture)\.ts$/.test(path);
const isTest = (path: string): boolean =>
  isTestFile(path) || path.startsWith('src/tests/') || path.startsWith('models/testing/') || path.startsWith('src/vite/');
const shipped = sources.filter((path) => !isTest(path));
const imports = shipped.flatMap(readImports);

function layerOf(path: string): Layer | undefined {
  return layers.filter((layer) => path.startsWith(`${layer.folder}/`)).sort((a, b) => b.folder.length - a.folder.length)[0];
}

const isWithin = (path: string, folder: string): boolean => path === folder || path.startsWith(`${folder}/`);

test('the reader of imports sees what there is', () => {
  expect(shipped.length).toBeGreaterThan(100);
  expect(imports.length).toBeGreaterThan(300);
  expect(readImports('src/lib/storage/database.ts').map((entry) => entry.to)).toEqual([
    'idb',
    'models/errors/app-error.ts',
    'src/lib/storage/migrations.ts',
    'src/lib/storage/schema.ts',
  ]);
});

test('every import of ours leads to a file', () => {
  const broken = imports.filter((entry) => !entry.isPackage && !exists(entry.to));
  expect(broken.map((entry) => `${entry.from} -> ${entry.to}`)).toEqual([]);
});

test('nobody imports past their layer', () => {
  const past = imports.filter((entry) => {
    if (entry.isPackage) return false;
    const layer = layerOf(entry.from);
    return layer !== undefined && ![layer.folder, ...layer.mayImport].some((folder) => isWithin(entry.to, folder));
  });
  expect(past.map((entry) => `${entry.from} -> ${entry.to}`)).toEqual([]);
});

test('what ships imports no test and no fixture', () => {
  expect(imports.filter((entry) => !entry.isPackage && isTestFile(entry.to)).map((entry) => `${entry.from} -> ${entry.to}`)).toEqual([]);
});

test('models imports no packages but zod and, in one place, hashes', () => {
  expect([...new Set(imports.filter((entry) => entry.isPackage && entry.from.startsWith('models/')).map((entry) => entry.to))].sort()).toEqual([
    '@noble/hashes',
    'zod',
  ]);
});

test('a package with a doorway is imported there only', () => {
  const elsewhere = imports.filter((entry) => {
    const doors = Object.hasOwn(doorways, entry.to) && entry.isPackage ? doorways[entry.to] : undefined;
    return doors !== undefined && !doors.some((door) => entry.from.startsWith(door));
  });
  expect(elsewhere.map((entry) => `${entry.from} -> ${entry.to}`)).toEqual([]);
});

test('there are no import cycles', () => {
  const graph = new Map<string, string[]>();
  for (const { from, to, isPackage, isTypeOnly } of imports) if (!isPackage && !isTypeOnly) graph.set(from, [...(graph.get(from) ?? []), to]);
  const done = new Set<string>();
  const cycles: string[] = [];
  const visit = (path: string, trail: readonly string[]): void => {
    if (trail.includes(path)) {
      cycles.push([...trail.slice(trail.indexOf(path)), path].join(' -> '));
      return;
    }
    if (done.has(path)) return;
    for (const next of graph.get(path) ?? []) visit(next, [...trail, path]);
    done.add(path);
  };
  for (const path of graph.keys()) visit(path, []);
  expect(cycles).toEqual([]);
});

test('every file opens with its @file sentence', () => {
  const silent = shipped.filter((path) => /\.(ts|svelte)$/.test(path) && !readFileSync(join(root, path), 'utf8').slice(0, 200).includes('@file'));
  expect(silent).toEqual([]);
});
