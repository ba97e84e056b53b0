/** @file The files that a person dropped, chose or pasted, folders walked to the bottom, as they are found: thousands of them hold nothing up. */
import { isFile, isFolder, readFile, readFolder } from './dropped-entries.ts';

export interface NamedFile {
  readonly file: Blob;
  readonly name: string;
  /** True for a picture that already came out of a ZIP or a video. */
  readonly isApart?: boolean;
}

/** Files that systems leave behind in folders; nobody means them when they drop a folder. */
const litter = /^(?:\.|thumbs\.db$|desktop\.ini$|__macosx$)/i;

/** Files of an input or of the clipboard. Those inside a chosen folder lose its litter. */
export function filesOfList(files: Iterable<File>): NamedFile[] {
  return [...files]
    .filter((file) => file.webkitRelativePath === '' || !file.webkitRelativePath.split('/').some((part) => litter.test(part)))
    .map((file) => ({ file, name: file.name }));
}

/**
 * Files of a drop. Call it in the event: the browser forgets the items afterwards.
 *
 * Folders are walked in the order of their names; a file that went away meanwhile is left out.
 */
export function filesOfDrop(transfer: DataTransfer): AsyncIterable<NamedFile> | Iterable<NamedFile> {
  const entries = [...transfer.items].map((item) => (item.kind === 'file' ? item.webkitGetAsEntry() : null)).filter((entry) => entry !== null);
  return entries.some((entry) => entry.isDirectory) ? walk(entries) : filesOfList(transfer.files);
}

async function* walk(entries: readonly FileSystemEntry[]): AsyncGenerator<NamedFile> {
  for (const entry of [...entries].sort((a, b) => a.name.localeCompare(b.name, undefined, { numeric: true }))) {
    if (litter.test(entry.name)) continue;
    // A folder that may not be read is as good as empty.
    if (isFolder(entry)) yield* walk(await readFolder(entry).catch(() => []));
    else if (isFile(entry)) {
      const file = await readFile(entry).catch(() => null);
      if (file !== null) yield { file, name: file.name };
    }
  }
}
