/** @file The list of contents of a ZIP file, checked before anything is unpacked: names that mean harm, entries that overlap, lists without end. */
import { archiveUnreadable } from './container-limits.ts';

/** One file in a ZIP. */
export interface ZipEntry {
  /** Without folders and control characters: only ever shown, never used as a path. */
  readonly fileName: string;
  /** 0: stored as it is. 8: deflated. Others are not unpacked. */
  readonly method: number;
  readonly isEncrypted: boolean;
  readonly packedBytes: number;
  /** As the list claims; counted again while unpacking. */
  readonly unpackedBytes: number;
  /** Where its local header stands in the file. */
  readonly offset: number;
}

/** Reads bytes [from, to) of the file. */
export type ReadBytes = (from: number, to: number) => Promise<Uint8Array>;

/** Of the local header, before the name. */
export const localHeaderBytes = 30;
const endRecordBytes = 22;
const mostCommentBytes = 65_535;
/** A list of 20,000 entries with long names. */
const mostDirectoryBytes = 8e6;

/**
 * Reads the central directory: the local headers are not trusted, and folders and what macOS adds (`__MACOSX`, `._name`, `.DS_Store`) are left out.
 *
 * @throws {AppError} `archive-unreadable` if the file has no such list, or one that contradicts itself
 * @see APPNOTE.TXT 6.3.10, sections 4.3.12 to 4.3.16
 */
export async function readZipDirectory(read: ReadBytes, sizeBytes: number): Promise<ZipEntry[]> {
  const { offset, length } = await findDirectory(read, sizeBytes);
  if (length > mostDirectoryBytes || offset + length > sizeBytes) throw archiveUnreadable('its list of contents is damaged');
  const bytes = await read(offset, offset + length);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const entries: ZipEntry[] = [];
  const ends: { readonly from: number; readonly to: number }[] = [];
  for (let at = 0; at + 46 <= bytes.length && view.getUint32(at, true) === 0x02014b50;) {
    const flags = view.getUint16(at + 8, true);
    const [nameBytes, extraBytes, commentBytes] = [view.getUint16(at + 28, true), view.getUint16(at + 30, true), view.getUint16(at + 32, true)];
    const nameAt = at + 46;
    if (nameAt + nameBytes + extraBytes > bytes.length) throw archiveUnreadable('its list of contents is damaged');
    const path = decodeName(bytes.subarray(nameAt, nameAt + nameBytes), (flags & 0x800) !== 0);
    const sizes = longSizes(new DataView(bytes.buffer, bytes.byteOffset + nameAt + nameBytes, extraBytes), {
      unpackedBytes: view.getUint32(at + 24, true),
      packedBytes: view.getUint32(at + 20, true),
      offset: view.getUint32(at + 42, true),
    });
    ends.push({ from: sizes.offset, to: sizes.offset + localHeaderBytes + nameBytes + sizes.packedBytes });
    const fileName = baseName(path);
    if (fileName !== '' && !isSystemFile(path)) entries.push({ fileName, method: view.getUint16(at + 10, true), isEncrypted: (flags & 1) !== 0, ...sizes });
    at = nameAt + nameBytes + extraBytes + commentBytes;
  }
  refuseOverlaps(ends, sizeBytes);
  return entries;
}

/** The list's place, from the record at the end of the file; large files have a second record with longer numbers. */
async function findDirectory(read: ReadBytes, sizeBytes: number): Promise<{ offset: number; length: number }> {
  const from = Math.max(0, sizeBytes - endRecordBytes - mostCommentBytes);
  const tail = await read(from, sizeBytes);
  const view = new DataView(tail.buffer, tail.byteOffset, tail.byteLength);
  for (const at of endRecordsIn(view)) {
    const found = { offset: view.getUint32(at + 16, true), length: view.getUint32(at + 12, true) };
    const isLong = found.offset === 0xffffffff || found.length === 0xffffffff || view.getUint16(at + 10, true) === 0xffff;
    if (!isLong || at < 20 || view.getUint32(at - 20, true) !== 0x07064b50) return found;
    const recordAt = number64(view, at - 20 + 8);
    if (recordAt + 56 > sizeBytes) break;
    const record = await read(recordAt, recordAt + 56);
    const recordView = new DataView(record.buffer, record.byteOffset, record.byteLength);
    if (recordView.getUint32(0, true) !== 0x06064b50) break;
    return { length: number64(recordView, 40), offset: number64(recordView, 48) };
  }
  throw archiveUnreadable('it ends in the middle');
}

/** Where the record at the end may stand: first where its comment reaches to the very end, for the same four letters may stand in a comment. */
function endRecordsIn(tail: DataView): number[] {
  const places: number[] = [];
  for (let at = tail.byteLength - endRecordBytes; at >= 0; at--) if (tail.getUint32(at, true) === 0x06054b50) places.push(at);
  const exact = places.filter((at) => at + endRecordBytes + tail.getUint16(at + 20, true) === tail.byteLength);
  return (exact.length > 0 ? exact : places).slice(0, 1);
}

type Sizes = Pick<ZipEntry, 'unpackedBytes' | 'packedBytes' | 'offset'>;

/** Numbers that do not fit 32 bits stand in the extra field 1, in this order, only those that are needed. */
function longSizes(extra: DataView, sizes: Sizes): Sizes {
  for (let at = 0; at + 4 <= extra.byteLength; at += 4 + extra.getUint16(at + 2, true)) {
    if (extra.getUint16(at, true) !== 1) continue;
    const end = Math.min(extra.byteLength, at + 4 + extra.getUint16(at + 2, true));
    let next = at + 4;
    const long = (value: number): number => {
      if (value !== 0xffffffff || next + 8 > end) return value;
      next += 8;
      return number64(extra, next - 8);
    };
    return { unpackedBytes: long(sizes.unpackedBytes), packedBytes: long(sizes.packedBytes), offset: long(sizes.offset) };
  }
  return sizes;
}

const number64 = (view: DataView, at: number): number => view.getUint32(at, true) + view.getUint32(at + 4, true) * 2 ** 32;

/**
 * Entries that share bytes are how 46 MB become 4.5 PB: no honest program writes them.
 *
 * @see Fifield 2019, "A better zip bomb"
 */
function refuseOverlaps(places: { readonly from: number; readonly to: number }[], sizeBytes: number): void {
  let end = 0;
  for (const place of places.sort((a, b) => a.from - b.from)) {
    if (place.from < end) throw archiveUnreadable('its files lie on top of each other, as in files made to fill a disk');
    if (place.to > sizeBytes) throw archiveUnreadable('it ends in the middle');
    end = place.to;
  }
}

/** Marked as UTF-8 or, in older archives, in the packing computer's own letters: Korean ones are tried before Western ones. */
function decodeName(bytes: Uint8Array, isUtf8: boolean): string {
  for (const encoding of isUtf8 ? ['utf-8'] : ['utf-8', 'euc-kr']) {
    try {
      return new TextDecoder(encoding, { fatal: true }).decode(bytes);
    } catch {
      // The next one.
    }
  }
  return new TextDecoder('windows-1252').decode(bytes);
}

/** What stands behind the last slash of either kind, without characters that change how a line is shown. Empty for a folder. */
function baseName(path: string): string {
  const name = path.split(/[/\\]/).at(-1) ?? '';
  const shown = name.replace(/[\p{Cc}\p{Cf}]/gu, '').trim();
  return shown === '.' || shown === '..' ? '' : Array.from(shown).slice(-120).join(''); // By letters: half a pair is none.
}

const isSystemFile = (path: string): boolean => /(^|\/)(__MACOSX\/|\._[^/]*$|\.DS_Store$|Thumbs\.db$|desktop\.ini$)/i.test(path);
