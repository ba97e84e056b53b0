/** @file What a browser gives for a dropped file or folder: told apart, and read. */

// By their flags, not by `instanceof`: Chromium does not expose the two classes to pages (seen in 156), whatever TypeScript's library says.
export const isFolder = (entry: FileSystemEntry): entry is FileSystemDirectoryEntry => entry.isDirectory;
export const isFile = (entry: FileSystemEntry): entry is FileSystemFileEntry => entry.isFile;

/** Everything in a folder, not below it. Browsers give it in batches of a hundred; an empty one ends them. Rejects for a folder that may not be read. */
export async function readFolder(folder: FileSystemDirectoryEntry): Promise<FileSystemEntry[]> {
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

/** The file itself. Rejects for one that went away meanwhile. */
export function readFile(entry: FileSystemFileEntry): Promise<File> {
  return new Promise((resolve, reject) => {
    entry.file(resolve, reject);
  });
}
