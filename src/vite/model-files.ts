/** @file A Vite plugin: serves the model folders under `/models/...` in `dev`, copies them into the site in `build`, and lists for the service worker what it would not know of. */
import { createHash } from 'node:crypto';
import { cpSync, createReadStream, existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve, sep } from 'node:path';
import type { Plugin } from 'vite';

/** Where a folder of the repository appears on the site. */
const folders = [
  { url: '/models/builtin', folder: 'models/builtin', subfolders: ['unet', 'vae', 'text_encoder', 'tokenizer', 'scheduler'], files: ['model_index.json'] },
  { url: '/models/clip-vocabulary', folder: 'models/text/clip-vocabulary', subfolders: ['tokenizer'], files: [] },
  { url: '/models/vision', folder: 'models/vision/weights', subfolders: ['.'], files: [] },
] as const;

/** The list for the service worker, of addresses and digests, to be stored for offline work. Kit builds the service worker without our plugins, so a virtual module does not reach it. */
const listUrl = '/offline-files.json';

/** Where Vite puts the workers. Kit's own list has their scripts, and not what these load in turn: onnxruntime's modules and wasm. */
const workerFolder = '_app/immutable/workers/';

/** What a model folder is made of; recipes, notes and scripts beside it are not served. */
const servedEndings = ['.json', '.safetensors', '.txt', '.onnx', '.bin'];

interface ServedFile {
  readonly url: string;
  readonly path: string;
}

/** Serves and copies the model files, and writes their addresses and those of all that workers load to `/offline-files.json`. */
export function modelFiles(): Plugin {
  let isBuild = false;
  let outputFolder = '';
  return {
    name: 'likeness:model-files',
    configResolved(config) {
      isBuild = config.command === 'build';
      outputFolder = resolve(config.root, '.svelte-kit/output/client');
    },
    configureServer(server) {
      server.middlewares.use((request, response, next) => {
        const url = new URL(request.url ?? '/', 'http://localhost').pathname;
        const file = url.startsWith('/models/') ? listServedFiles().find((served) => served.url === url) : undefined;
        if (file === undefined) {
          next();
          return;
        }
        response.setHeader('Content-Type', url.endsWith('.json') ? 'application/json' : 'application/octet-stream');
        response.setHeader('Content-Length', statSync(file.path).size);
        createReadStream(file.path).pipe(response);
      });
    },
    writeBundle(options, bundle) {
      if (!isBuild || resolve(options.dir ?? '') !== outputFolder) return;
      for (const file of listServedFiles()) {
        const target = join(outputFolder, file.url);
        mkdirSync(dirname(target), { recursive: true });
        cpSync(file.path, target);
      }
      const loadedByWorkers = Object.keys(bundle).filter((name) => name.startsWith(workerFolder));
      const urls = [...listServedFiles().map((file) => file.url), ...loadedByWorkers.map((name) => `/${name}`)];
      writeFileSync(join(outputFolder, listUrl), JSON.stringify(Object.fromEntries(urls.map((url) => [url, digestOf(join(outputFolder, url))]))));
    },
  };
}

function digestOf(path: string): string {
  return createHash('sha256').update(readFileSync(path)).digest('hex').slice(0, 16);
}

function listServedFiles(): ServedFile[] {
  return folders.flatMap(({ url, folder, subfolders, files }) => [
    ...files.filter((name) => existsSync(join(folder, name))).map((name) => ({ url: `${url}/${name}`, path: join(folder, name) })),
    ...subfolders.flatMap((subfolder) => {
      const root = join(folder, subfolder);
      if (!existsSync(root)) return [];
      return readdirSync(root, { recursive: true, encoding: 'utf8' })
        .filter((name) => servedEndings.some((ending) => name.endsWith(ending)))
        .map((name) => ({ url: [url, subfolder, ...name.split(sep)].filter((part) => part !== '.').join('/'), path: join(root, name) }));
    }),
  ]);
}
