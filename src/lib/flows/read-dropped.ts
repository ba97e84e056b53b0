/** @file The files of a folder that a person chose or dropped, each with its path inside the folder. */

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
  const inside = only instanceof FileSystemDirectoryEntry && entries.length === 1 ? await readFolder(only) : entries;
  const files: LocalFile[] = [];
  for (const entry of inside) {
    if (entry instanceof FileSystemFileEntry) files.push({ path: entry.name, file: await readFile(entry) });
    else if (entry instanceof FileSystemDirectoryEntry) {
      for (const child of await readFolder(entry))
        if (child instanceof FileSystemFileEntry) files.push({ path: `${entry.name}/${child.name}`, file: await readFile(child) });
    }
  }
  return { name: only?.name ?? '', files };
}

/** Browsers give a folder's entries in batches of a hundred; an empty one ends them. */
async function readFolder(folder: FileSystemDirectoryEntry): Promise<FileSystemEntry[]> {
  const reader = folder.createReader();
  const all: FileSystemEntry[] = [];
  for (;;) {
    const batch = await new Promise<FileSystemEntry[]>((resolve, reject) => {
      reader.readEntries(resolve, reject);
    });
    if (batch.length === 0) return all;
    all.push(...batch);
  }
}

function readFile(entry: FileSystemFileEntry): Promise<File> {
  return new Promise((resolve, reject) => {
    entry.file(resolve, reject);
  });
}
