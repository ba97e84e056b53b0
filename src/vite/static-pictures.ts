/** @file A Vite plugin: `virtual:static-pictures` lists which pictures lie in `static/`, so that a page knows without asking the network whether one is there. */
import { existsSync, readdirSync } from 'node:fs';
import { join, sep } from 'node:path';
import type { Plugin } from 'vite';

const moduleName = 'virtual:static-pictures';
const folders = ['styles', 'start', 'samples'];

/** Exports `staticPictures`: URL paths such as `/styles/boardroom.webp`. */
export function staticPictures(): Plugin {
  return {
    name: 'likeness:static-pictures',
    resolveId: (id) => (id === moduleName ? `\0${moduleName}` : undefined),
    load(id) {
      if (id !== `\0${moduleName}`) return undefined;
      const paths = folders.flatMap((folder) => {
        const root = join('static', folder);
        if (!existsSync(root)) return [];
        return readdirSync(root, { recursive: true, encoding: 'utf8' })
          .filter((name) => /\.(webp|jpg|png|svg)$/.test(name))
          .map((name) => `/${folder}/${name.split(sep).join('/')}`)
          .sort();
      });
      return `export const staticPictures = ${JSON.stringify(paths)};`;
    },
  };
}
