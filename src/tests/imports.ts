/** @file Reads which file of ours imports which: our own paths resolved, package names as they are. */
import { existsSync, readFileSync, readdirSync, statSync } from 'node:fs';
import { dirname, join, normalize, resolve, sep } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = resolve(dirname(fileURLToPath(import.meta.url)), '../..');

export interface Import {
  readonly from: string;
  /** Path from the root, or the name of a package. */
  readonly to: string;
  readonly isPackage: boolean;
  /** Vanishes when compiled: no cycle at run time. */
  readonly isTypeOnly: boolean;
}

const aliases: readonly (readonly [string, string])[] = [
  ['#models/', 'models/'],
  ['#workers/', 'workers/'],
  ['#server/', 'server/'],
  ['#storage/', 'src/lib/storage/'],
  ['$lib/', 'src/lib/'],
];

/** Our source files, from the root, with `/` between folders. */
export function listSources(): string[] {
  return ['models', 'workers', 'src', 'server'].flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
      .map((name) => `${folder}/${name.split(sep).join('/')}`)
      .filter((path) => /\.(ts|svelte|js)$/.test(path) && statSync(join(root, path)).isFile()),
  );
}

/** What a file imports, `import()` and worker addresses included. */
export function readImports(path: string): Import[] {
  const text = readFileSync(join(root, path), 'utf8').replace(/\/\*[\s\S]*?\*\/|^\s*\/\/.*$/gm, '');
  const statements = text.matchAll(
    /(?:^|\n)\s*(?:import|export)\s+(type\s+)?([^'";]*?)\s*from\s*['"]([^'"]+)['"]|(?:^|\n)\s*import\s*['"]([^'"]+)['"]|import\(\s*['"]([^'"]+)['"]/g,
  );
  return [...statements].flatMap(([, type, names = '', named, bare, dynamic]) => {
    const specifier = named ?? bare ?? dynamic;
    if (
      specifier === undefined ||
      specifier.startsWith('virtual:') ||
      specifier.startsWith('node:') ||
      specifier.startsWith('$app/') ||
      specifier.startsWith('$service-worker')
    )
      return [];
    const isTypeOnly =
      type !== undefined ||
      (names.startsWith('{') &&
        names
          .slice(1, -1)
          .split(',')
          .every((name) => name.trim() === '' || name.trim().startsWith('type ')));
    return [{ from: path, isTypeOnly, ...resolveSpecifier(path, specifier) }];
  });
}

function resolveSpecifier(from: string, specifier: string): { to: string; isPackage: boolean } {
  const clean = specifier.replace(/\?.*$/, '');
  const alias = aliases.find(([prefix]) => clean.startsWith(prefix));
  if (alias !== undefined) return { to: alias[1] + clean.slice(alias[0].length), isPackage: false };
  if (clean.startsWith('.'))
    return {
      to: normalize(join(dirname(from), clean))
        .split(sep)
        .join('/'),
      isPackage: false,
    };
  const parts = clean.split('/');
  return { to: parts.slice(0, clean.startsWith('@') ? 2 : 1).join('/'), isPackage: true };
}

/** True if a path of ours is there. */
export function exists(path: string): boolean {
  return existsSync(join(root, path));
}
