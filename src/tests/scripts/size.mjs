/** @file `npm run size`: bytes of the first load and of each worker against a budget, and the longest files. Needs a build. */
import { execFileSync } from 'node:child_process';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';

/** Gzipped kilobytes. */
const budgets = { 'first load (start page: scripts, styles)': 250, 'largest worker script': 600 };

const page = readFileSync('build/index.html', 'utf8');
const firstLoad = [...new Set([...page.matchAll(/(?:href|from|import\()="?["']?\.?\/?(_app\/immutable\/[^"')]+\.(?:js|css))/g)].map(([, path]) => path))];
const gzipKilobytes = (path) => gzipSync(readFileSync(path)).byteLength / 1000;
const sum = firstLoad.reduce((total, path) => total + gzipKilobytes(join('build', path)), 0);
const workers = readdirSync('build/_app/immutable/workers', { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.js'));
const workerSizes = workers
  .map((name) => ({ name, kilobytes: gzipKilobytes(join('build/_app/immutable/workers', name)) }))
  .sort((a, b) => b.kilobytes - a.kilobytes);

const rows = [
  ['first load (start page: scripts, styles)', sum],
  ['largest worker script', workerSizes[0]?.kilobytes ?? 0],
];
for (const [name, kilobytes] of rows) {
  const isOver = kilobytes > budgets[name];
  console.log(`${isOver ? 'OVER ' : 'ok   '} ${kilobytes.toFixed(0).padStart(5)} kB gzip of ${budgets[name]}  ${name}`);
  if (isOver) process.exitCode = 1;
}
for (const { name, kilobytes } of workerSizes) console.log(`      ${kilobytes.toFixed(0).padStart(5)} kB gzip  worker ${name}`);

const tracked = execFileSync('git', ['ls-files', '*.ts', '*.svelte', '*.js', '*.mjs'], { encoding: 'utf8' }).trim().split('\n');
const lengths = tracked.map((path) => ({ path, lines: readFileSync(path, 'utf8').split('\n').length })).sort((a, b) => b.lines - a.lines);
console.log('\nLongest files');
for (const { path, lines } of lengths.slice(0, 10)) console.log(`${String(lines).padStart(6)}  ${path}`);
