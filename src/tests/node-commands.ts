/** @file What browser tests may ask of the command line of this machine: pictures to compare with. */
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { BrowserCommand } from 'vitest/node';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** Files by name, each as base64. */
export type SentFiles = Readonly<Record<string, string>>;

/**
 * Draws one picture with `npm run likeness -- generate`.
 *
 * @param files put into a folder that is gone afterwards; `DIR/` in an option means that folder
 * @returns the PNG as base64
 */
export const drawInNode: BrowserCommand<[options: readonly string[], files: SentFiles], string> = async (_context, options, files) => {
  const folder = await mkdtemp(join(tmpdir(), 'likeness-'));
  try {
    for (const [name, base64] of Object.entries(files)) await writeFile(join(folder, name), Buffer.from(base64, 'base64'));
    const given = options.map((option) => option.replace('DIR/', `${folder}/`));
    const { stdout } = await promisify(execFile)(process.execPath, ['--import', 'tsx', 'workers/node/cli.ts', 'generate', ...given, '--out', folder], {
      cwd: root,
    });
    return (await readFile(stdout.trim().split('\n').at(-1)!)).toString('base64');
  } finally {
    await rm(folder, { recursive: true });
  }
};

declare module 'vitest/internal/browser' {
  interface BrowserCommands {
    drawInNode: (options: readonly string[], files: SentFiles) => Promise<string>;
  }
}
