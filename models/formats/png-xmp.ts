/** @file The XMP packet of a PNG: an iTXt chunk with a name that Adobe gave it. @see XMP specification, part 3, 1.1.5 */
import { AppError } from '../errors/app-error.ts';
import { concatenate } from './concatenate.ts';
import { crc32 } from './crc32.ts';

const signature = Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a);
const keyword = 'XML:com.adobe.xmp\0';
/** Keyword, no compression (two bytes), no language, no translated keyword. */
const xmpPrefix = `${keyword}\0\0\0\0`;

interface Chunk {
  readonly type: string;
  /** The whole chunk: length, type, data, CRC. */
  readonly bytes: Uint8Array;
  readonly data: Uint8Array;
}

/**
 * The PNG with `packet` as its only XMP.
 *
 * @throws {AppError} `photo-unreadable` if it is not a whole PNG
 */
export function writePngXmp(png: Uint8Array, packet: string): Uint8Array<ArrayBuffer> {
  const [head, ...rest] = [...chunksOf(png)].filter((chunk) => !isXmp(chunk));
  if (head?.type !== 'IHDR') throw broken('does not begin with a header');
  return concatenate([signature, head.bytes, makeChunk('iTXt', new TextEncoder().encode(xmpPrefix + packet)), ...rest.map((chunk) => chunk.bytes)]);
}

/**
 * The XMP packet of a PNG, or undefined if it has none that is stored plainly, as the specification asks.
 *
 * @throws {AppError} `photo-unreadable` if it is not a whole PNG
 */
export function readPngXmp(png: Uint8Array): string | undefined {
  for (const chunk of chunksOf(png)) {
    if (chunk.type === 'iTXt' && startsWith(chunk.data, xmpPrefix)) {
      return new TextDecoder().decode(chunk.data.subarray(xmpPrefix.length));
    }
  }
  return undefined;
}

function* chunksOf(png: Uint8Array): Generator<Chunk> {
  if (!signature.every((byte, index) => png[index] === byte)) throw broken('has no PNG signature');
  const view = new DataView(png.buffer, png.byteOffset, png.byteLength);
  let offset = signature.length;
  while (offset + 12 <= png.length) {
    const end = offset + 12 + view.getUint32(offset);
    if (end > png.length) break;
    const type = String.fromCharCode(...png.subarray(offset + 4, offset + 8));
    if (view.getUint32(end - 4) !== crc32(png.subarray(offset + 4, end - 4))) throw broken(`has a damaged ${type} chunk`);
    yield { type, bytes: png.subarray(offset, end), data: png.subarray(offset + 8, end - 4) };
    if (type === 'IEND') return;
    offset = end;
  }
  throw broken('ends before its last chunk');
}

/** XMP in any text chunk: libvips, for one, writes it compressed in a zTXt. */
function isXmp({ type, data }: Chunk): boolean {
  return ['iTXt', 'zTXt', 'tEXt'].includes(type) && startsWith(data, keyword);
}

function startsWith(data: Uint8Array, text: string): boolean {
  return [...text].every((letter, index) => data[index] === letter.charCodeAt(0));
}

function makeChunk(type: string, data: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(12 + data.length);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, data.length);
  bytes.set(new TextEncoder().encode(type), 4);
  bytes.set(data, 8);
  view.setUint32(8 + data.length, crc32(bytes.subarray(4, 8 + data.length)));
  return bytes;
}

function broken(what: string): AppError {
  return new AppError('photo-unreadable', { message: `the PNG ${what}`, help: 'Save the picture again or choose another one.' });
}
