/** @file Writes a file into the store as its bytes arrive: full chunks at once, the rest when writing ends. */
import { chunkBytes } from '#storage/model-chunks.ts';
import { dropFileBytes, type FileName, findChunk, findModelFile, saveChunk } from '#storage/model-file-store.ts';

/** Holds one chunk in memory. Used by one writer at a time. */
export class ChunkWriter {
  readonly #name: FileName;
  readonly #buffer = new Uint8Array(chunkBytes);
  /** The chunk being filled, and how much of it is. */
  #index = 0;
  #filled = 0;
  /** How much of `#filled` is on disk. */
  #saved = 0;

  private constructor(name: FileName) {
    this.#name = name;
  }

  /** Goes on where the stored bytes of the file end. */
  static async open(name: FileName): Promise<ChunkWriter> {
    const writer = new ChunkWriter(name);
    const stored = (await findModelFile(name))?.storedBytes ?? 0;
    writer.#index = Math.floor(stored / chunkBytes);
    writer.#filled = stored % chunkBytes;
    if (writer.#filled === 0) return writer;
    const tail = await findChunk(name, writer.#index);
    if (tail?.bytes.byteLength !== writer.#filled) await writer.startAnew();
    else writer.#buffer.set(new Uint8Array(tail.bytes));
    writer.#saved = writer.#filled;
    return writer;
  }

  /** How many bytes of the file were written. */
  get position(): number {
    return this.#index * chunkBytes + this.#filled;
  }

  /** Takes the next bytes of the file. @throws {AppError} storage-full; cancelled, if the model was removed */
  async write(bytes: Uint8Array): Promise<void> {
    for (let taken = 0; taken < bytes.length;) {
      const part = bytes.subarray(taken, taken + chunkBytes - this.#filled);
      this.#buffer.set(part, this.#filled);
      this.#filled += part.length;
      taken += part.length;
      if (this.#filled === chunkBytes) await this.#save();
    }
  }

  /** Writes what is not on disk yet. Called when the file ends and when the work stops before. */
  async flush(): Promise<void> {
    if (this.#filled > this.#saved) await this.#save();
  }

  /** Forgets all that is here of the file. */
  async startAnew(): Promise<void> {
    await dropFileBytes(this.#name);
    this.#index = this.#filled = this.#saved = 0;
  }

  async #save(): Promise<void> {
    await saveChunk(this.#name, this.#index, this.#buffer.slice(0, this.#filled).buffer);
    this.#saved = this.#filled;
    if (this.#filled < chunkBytes) return;
    this.#index++;
    this.#filled = this.#saved = 0;
  }
}
