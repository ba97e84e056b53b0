/**
 * @file `npm start` on a fresh clone: installs what is missing, builds what is stale, serves, and prints the address. Needs nothing but Node.
 */
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';

/** What the site is made from; if any of it is newer than the built site, the site is built again. */
const sources = ['src', 'static', 'models', 'workers', 'package-lock.json', 'svelte.config.js', 'vite.config.ts', 'server/content-security-policy.js'];

if (installIsStale()) run('npm', ['ci'], 'Installing packages. This happens once.');
if (siteIsStale()) run(process.execPath, [join('node_modules', 'vite', 'bin', 'vite.js'), 'build'], 'Building the app. This takes about a minute.');

const server = spawn(process.execPath, ['--import', 'tsx', 'server/index.ts'], { stdio: 'inherit' });
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => server.kill(signal));
server.on('exit', (code) => process.exit(code ?? 0));

function installIsStale() {
  const marker = join('node_modules', '.package-lock.json');
  return !existsSync(marker) || !existsSync(join('node_modules', 'vite'));
}

function siteIsStale() {
  const page = join('build', '200.html');
  return !existsSync(page) || sources.some((source) => newest(source) > statSync(page).mtimeMs);
}

/** Time of the last change in a file or folder, in milliseconds; 0 if it is not there. */
function newest(path) {
  if (!existsSync(path)) return 0;
  const { mtimeMs } = statSync(path);
  if (!statSync(path).isDirectory()) return mtimeMs;
  return readdirSync(path).reduce((latest, name) => Math.max(latest, newest(join(path, name))), 0);
}

function run(command, parameters, message) {
  console.log(message);
  const { status, error } = spawnSync(command, parameters, { stdio: 'inherit', shell: process.platform === 'win32' });
  if (status !== 0) {
    console.error(error?.message ?? `${command} ${parameters.join(' ')} ended with status ${status}.`);
    process.exit(status ?? 1);
  }
}
