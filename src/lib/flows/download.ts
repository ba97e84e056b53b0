/** @file Saving pictures from the gallery to the person's disk: one PNG, or many as a ZIP. Their bytes carry the "made with AI" mark already. */
import { downloadZip } from 'client-zip';

export interface NamedPicture {
  readonly name: string;
  readonly read: () => Promise<Blob | undefined>;
}

/** Saves one file under a name. */
export function saveFile(file: Blob, name: string): void {
  const url = URL.createObjectURL(file);
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  // The browser has taken its own reference by the next minute.
  setTimeout(() => {
    URL.revokeObjectURL(url);
  }, 60_000);
}

/** Packs pictures into one ZIP, reading one at a time. Returns it; pictures that are gone are left out. */
export function packZip(pictures: readonly NamedPicture[]): Promise<Blob> {
  async function* files(): AsyncGenerator<{ name: string; input: Blob }> {
    for (const picture of pictures) {
      const input = await picture.read();
      if (input !== undefined) yield { name: picture.name, input };
    }
  }
  return downloadZip(files()).blob();
}
