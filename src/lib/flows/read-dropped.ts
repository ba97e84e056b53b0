/** @file The files of a folder that a person chose or dropped, each with its path inside the folder. */
import { isFile, isFolder, readFile, readFolder } from './dropped-entries.ts';

export interface LocalFile {
  readonly path: string;
  readonly file: File;
}

/** Files of `<input webkitdirectory>`: their paths begin with the name of the folder, which goes. */
export function filesOfInput(files: FileList): { readonly name: string; readonly files: LocalFile[] } {
  const all = [...files];
  const name = all[0]?.webkitRelativePath.split('/')[0] ?? '';
  return { name, files: all.map((file) => ({ path: file.webkitRelativePath.split('/').slice(1).join('/'), file })) };
}

/** Files of a drop: one folder, or files beside each other. A model has no deeper folders than one. */
export async function filesOfDrop(items: DataTransferItemList): Promise<{ readonly name: string; readonly files: LocalFile[] }> {
  const entries = [...items].map((item) => item.webkitGetAsEntry()).filter((entry) => entry !== null);
  const [only] = entries;
  const inside = only !== undefined && isFolder(only) && entries.length === 1 ? await readFolder(only) : entries;
  const files: LocalFile[] = [];
  for (const entry of inside) {
    if (isFile(entry)) files.push({ path: entry.name, file: await readFile(entry) });
    else if (isFolder(entry)) {
      for (const child of await readFolder(entry)) if (isFile(child)) files.push({ path: `${entry.name}/${child.name}`, file: await readFile(child) });
    }
  }
  return { name: only?.name ?? '', files };
}
