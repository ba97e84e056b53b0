/** @file A stored model file as something that can be read in pieces. Every chunk is checked against its digest when it is first read. */
import { AppError } from '#models/errors/app-error.ts';
import { chunkBytes, digestOf } from './model-chunks.ts';
import { dropFileBytes, type FileName, findChunk, findModelFile } from './model-file-store.ts';
import type { ModelChunkRecord } from './model-records.ts';

/** Fits the port `ByteSource` of `models/formats`. */
export interface StoredFile {
  readonly sizeBytes: number;
  /** `length` bytes from `offset`, fewer at the end of the file. They belong to the caller. @throws {AppError} weights-corrupt */
  read(offset: number, length: number): Promise<Uint8Array<ArrayBuffer>>;
}

/** Tensors lie one behind another, so the next read mostly begins in the chunk where this one ended. */
const keptChunks = 2;

/**
 * Opens a file that is here and checked.
 *
 * @param sizeBytes  given by who reads a file back before it counts as checked
 * @returns undefined if there is no such file, or it is not whole
 */
export async function openStoredFile(name: FileName, sizeBytes?: number): Promise<StoredFile | undefined> {
  const file = await findModelFile(name);
  const size = sizeBytes ?? (file?.isVerified === true ? file.storedBytes : undefined);
  if (file === undefined || size === undefined) return undefined;
  const reader = new ChunkReader(name);
  return { sizeBytes: size, read: (offset, length) => reader.read(offset, Math.min(length, size - offset)) };
}

class ChunkReader {
  readonly #name: FileName;
  readonly #checked = new Set<number>();
  /** Newest last. */
  #kept: ModelChunkRecord[] = [];

  constructor(name: FileName) {
    this.#name = name;
  }

  async read(offset: number, length: number): Promise<Uint8Array<ArrayBuffer>> {
    const bytes = new Uint8Array(Math.max(0, length));
    for (let filled = 0; filled < bytes.length;) {
      const position = offset + filled;
      const index = Math.floor(position / chunkBytes);
      const chunk = await this.#chunk(index);
      const part = new Uint8Array(chunk.bytes, position - index * chunkBytes).subarray(0, bytes.length - filled);
      if (part.length === 0) throw await this.#damaged(index, 'ends early');
      bytes.set(part, filled);
      filled += part.length;
    }
    return bytes;
  }

  async #chunk(index: number): Promise<ModelChunkRecord> {
    const kept = this.#kept.find((chunk) => chunk.index === index);
    if (kept !== undefined) return kept;
    const chunk = await findChunk(this.#name, index);
    if (chunk === undefined) throw await this.#damaged(index, 'is gone');
    if (!this.#checked.has(index) && chunk.digest !== null && (await digestOf(chunk.bytes)) !== chunk.digest)
      throw await this.#damaged(index, 'has changed since it was written');
    this.#checked.add(index);
    this.#kept = [...this.#kept, chunk].slice(-keptChunks);
    return chunk;
  }

  /** The file is of no more use: its bytes go, so that the next download fetches this file again and no other. */
  async #damaged(index: number, what: string): Promise<AppError> {
    await dropFileBytes(this.#name);
    return new AppError('weights-corrupt', {
      message: `${this.#name.path} of model ${this.#name.modelId}: part ${index + 1} of its stored bytes ${what}`,
      help: 'Fetch the model again: only this file is loaded.',
      retryable: true,
    });
  }
}
