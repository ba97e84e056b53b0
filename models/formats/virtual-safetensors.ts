/** @file A safetensors file that exists only as a table of contents: its tensors are ranges of another file, under other names and shapes. */
import { bytesAsSource, type ByteSource } from './byte-source.ts';
import { concatenate } from './concatenate.ts';
import type { TensorEntry } from './safetensors-header.ts';

/**
 * A file with these tensors in this order, to be read like any other. Nothing is copied: a read of one tensor is one read of `source`.
 *
 * @param entries new names and shapes; `offsetBytes` and `lengthBytes` say where the numbers are in `source`
 */
export function virtualSafetensors(source: ByteSource, entries: readonly TensorEntry[]): ByteSource {
  const header: Record<string, unknown> = {};
  let end = 0;
  for (const { name, storedType, shape, lengthBytes } of entries) header[name] = { dtype: storedType, shape, data_offsets: [end, (end += lengthBytes)] };
  const head = headerBytes(header);

  const pieces: { readonly begin: number; readonly length: number; readonly from: ByteSource; readonly offset: number }[] = [
    { begin: 0, length: head.length, from: bytesAsSource(head), offset: 0 },
  ];
  let begin = head.length;
  for (const { offsetBytes, lengthBytes } of entries) {
    pieces.push({ begin, length: lengthBytes, from: source, offset: offsetBytes });
    begin += lengthBytes;
  }
  return {
    sizeBytes: begin,
    read: async (offset, length) => {
      const parts: Uint8Array[] = [];
      for (const piece of pieces) {
        const from = Math.max(offset, piece.begin);
        const to = Math.min(offset + length, piece.begin + piece.length);
        if (from < to) parts.push(await piece.from.read(piece.offset + from - piece.begin, to - from));
      }
      return parts.length === 1 ? parts[0]! : concatenate(parts);
    },
  };
}

function headerBytes(header: Record<string, unknown>): Uint8Array {
  const json = new TextEncoder().encode(JSON.stringify(header));
  const head = new Uint8Array(8 + json.length);
  new DataView(head.buffer).setUint32(0, json.length, true);
  head.set(json, 8);
  return head;
}
