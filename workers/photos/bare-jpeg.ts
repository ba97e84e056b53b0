/** @file A JPEG without anything that is not needed to draw it: the last door for metadata, whatever the browser's encoder wrote. */
import { AppError } from '#models/errors/app-error.ts';

/**
 * The same picture without EXIF, XMP, IPTC, ICC profile, comments, thumbnails and bytes behind its end.
 *
 * Encoding anew has dropped the person's metadata already, but Safari's encoder writes an EXIF block of its own, and a later browser may write more.
 * The profile goes too: our canvases are sRGB, which is what a JPEG without a profile is.
 *
 * @throws {AppError} `internal` if the bytes are no whole JPEG: they come from an encoder, not from a person
 */
export function bareJpeg(bytes: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  const kept: Uint8Array[] = [bytes.subarray(0, 2)];
  for (const { marker, start, end } of jpegSegments(bytes)) if (isNeeded(marker, bytes.subarray(start + 4, end))) kept.push(bytes.subarray(start, end));
  const bare = new Uint8Array(kept.reduce((sum, part) => sum + part.length, 0));
  let offset = 0;
  for (const part of kept) {
    bare.set(part, offset);
    offset += part.length;
  }
  return bare;
}

export interface JpegSegment {
  /** The byte after FF. */
  readonly marker: number;
  /** Where its FF stands, and the byte after its last; a scan's segment includes the coded pixels that follow it. */
  readonly start: number;
  readonly end: number;
}

/** All segments from the first to EOI, without SOI. @throws {AppError} `internal` if the file ends before EOI */
export function* jpegSegments(bytes: Uint8Array): Generator<JpegSegment> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let start = 2; start + 1 < bytes.length;) {
    if (bytes[start] !== 0xff) break;
    const marker = bytes[start + 1]!;
    if (marker === 0xff) {
      start += 1; // A fill byte.
      continue;
    }
    if (marker === endOfImage) {
      yield { marker, start, end: start + 2 };
      return;
    }
    if (start + 4 > bytes.length) break;
    let end = start + 2 + view.getUint16(start + 2);
    if (marker === startOfScan) end = endOfScan(bytes, end);
    if (end > bytes.length) break;
    yield { marker, start, end };
    start = end;
  }
  throw new AppError('internal', { message: 'a JPEG that we wrote ends in the middle' });
}

const startOfScan = 0xda;
const endOfImage = 0xd9;

/** Coded pixels end at the first marker that is neither a stuffed zero nor a restart. */
function endOfScan(bytes: Uint8Array, from: number): number {
  for (let at = bytes.indexOf(0xff, from); at >= 0; at = bytes.indexOf(0xff, at + 1)) {
    const next = bytes[at + 1];
    if (next !== undefined && next !== 0 && next !== 0xff && (next < 0xd0 || next > 0xd7)) return at;
  }
  return bytes.length;
}

/** Application segments carry metadata, except JFIF's own header and Adobe's, which says how colours are coded. */
function isNeeded(marker: number, content: Uint8Array): boolean {
  const startsWith = (name: string): boolean => [...name].every((letter, index) => content[index] === letter.charCodeAt(0));
  if (marker === 0xe0) return startsWith('JFIF\0') && content.length === 14; // Longer ones hold a thumbnail.
  if (marker === 0xee) return startsWith('Adobe') && content.length === 12;
  return !(marker >= 0xe0 && marker <= 0xef) && marker !== 0xfe;
}
