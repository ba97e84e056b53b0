/** @file A Vite plugin: serves the model folders under `/models/...` in `dev`, copies them into the site in `build`, and lists them for the service worker. */
import { cpSync, createReadStream, existsSync, mkdirSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve, sep } from 'node:path';
import type { Plugin } from 'vite';

/** Where a folder of the repository appears on the site. */
const folders = [
  { url: '/models/builtin', folder: 'models/builtin', subfolders: ['unet', 'vae', 'text_encoder', 'tokenizer', 'scheduler'], files: ['model_index.json'] },
  { url: '/models/clip-vocabulary', folder: 'models/text/clip-vocabulary', subfolders: ['tokenizer'], files: [] },
  { url: '/models/vision', folder: 'models/vision/weights', subfolders: ['.'], files: [] },
] as const;

/** The list of all served files, which the service worker reads: Kit builds it without our plugins, so a virtual module does not reach it. */
const listUrl = '/models/files.json';

/** What a model folder is made of; recipes, notes and scripts beside it are not served. */
const servedEndings = ['.json', '.safetensors', '.txt', '.onnx', '.bin'];

interface ServedFile {
  readonly url: string;
  readonly path: string;
}

/** Serves and copies the model files, and writes their addresses to `/models/files.json`, to be cached for offline work. */
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
        if (url === listUrl) {
          response.setHeader('Content-Type', 'application/json');
          response.end(listAsJson());
          return;
        }
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
    writeBundle(options) {
      if (!isBuild || resolve(options.dir ?? '') !== outputFolder) return;
      for (const file of listServedFiles()) {
        const target = join(outputFolder, file.url);
        mkdirSync(dirname(target), { recursive: true });
        cpSync(file.path, target);
      }
      mkdirSync(join(outputFolder, 'models'), { recursive: true });
      writeFileSync(join(outputFolder, listUrl), listAsJson());
    },
  };
}

function listAsJson(): string {
  return JSON.stringify(listServedFiles().map((file) => file.url));
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
