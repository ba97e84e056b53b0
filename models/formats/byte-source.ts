/** @file A file that can be read in pieces: a Blob, a file handle, or bytes in memory. */

export interface ByteSource {
  readonly sizeBytes: number;
  /** `length` bytes from `offset`; the caller checks the range against `sizeBytes`. The bytes belong to the caller. */
  read(offset: number, length: number): Promise<Uint8Array>;
}

/** Bytes in memory as a source; reads are views, not copies. */
export function bytesAsSource(bytes: Uint8Array): ByteSource {
  return { sizeBytes: bytes.length, read: async (offset, length) => bytes.subarray(offset, offset + length) };
}
