/** @file Takes the pictures out of a ZIP file, one after another, and stops where it asks for more than there is to give. */
import { encodeError, type EncodedError } from '#models/errors/error-codec.ts';
import { archiveTooLarge, archiveUnreadable, expandLimitMs, mostEntries } from './container-limits.ts';
import { containerKind, type ContainerFile } from './container-kind.ts';
import { maxPhotoBytes } from './photo-limits.ts';
import { pictureKind } from './picture-kind.ts';
import { localHeaderBytes, readZipDirectory, type ZipEntry } from './zip-directory.ts';

/** What one dropped file may still cost; spent by every ZIP within it. */
export interface UnpackBudget {
  readonly pictures: number;
  readonly unpackedBytes: number;
}

export interface UnpackedFile {
  readonly file: Blob;
  readonly fileName: string;
  readonly kind: 'picture' | ContainerFile;
}

export interface UnpackedZip {
  readonly files: readonly UnpackedFile[];
  /** Entries that hold neither a picture nor anything with pictures in it. */
  readonly skippedCount: number;
  /** Bytes that came out, also of what was thrown away. */
  readonly unpackedBytes: number;
  /** Why it ended early or left something out; null if it did not. */
  readonly stopped: EncodedError | null;
}

/**
 * Unpacks in the order of the list. What is stored without compression is not copied: the result is a part of the file.
 *
 * @throws {AppError} `archive-unreadable` if nothing in it can be trusted
 */
export async function unpackZip(file: Blob, budget: UnpackBudget, limitMs = expandLimitMs): Promise<UnpackedZip> {
  const deadline = performance.now() + limitMs;
  const entries = await readZipDirectory(async (from, to) => new Uint8Array(await file.slice(from, to).arrayBuffer()), file.size);
  const files: UnpackedFile[] = [];
  let skippedCount = 0;
  const spent: Meter = { bytes: 0 };
  let stopped: EncodedError | null = null;
  for (const [index, entry] of entries.entries()) {
    try {
      if (index >= mostEntries) throw archiveTooLarge(`it holds more than ${mostEntries} files`);
      if (files.length >= budget.pictures) throw archiveTooLarge(`it holds more than ${budget.pictures} pictures`);
      if (performance.now() > deadline) throw archiveTooLarge(`it took longer than ${Math.round(limitMs / 1000)} seconds`);
    } catch (error) {
      stopped = encodeError(error);
      break;
    }
    const left = budget.unpackedBytes - spent.bytes;
    if (left <= 0) {
      stopped = encodeError(archiveTooLarge(`more than ${budget.unpackedBytes / 1e6} MB came out`));
      break;
    }
    try {
      const { kind, blob } = await unpackEntry(file, entry, left, spent);
      if (kind === null) skippedCount++;
      else files.push({ file: blob, fileName: entry.fileName, kind });
    } catch (error) {
      // One bad entry is told of, and the others are taken all the same.
      stopped ??= encodeError(error);
    }
  }
  return { files, skippedCount, unpackedBytes: spent.bytes, stopped };
}

type Unpacked = { readonly kind: UnpackedFile['kind'] | null; readonly blob: Blob };

/** What really came out, also of entries that turned out bad. What an entry claims is not counted: a locked film of 4 GB would leave nothing for the photos behind it. */
interface Meter {
  bytes: number;
}

async function unpackEntry(file: Blob, entry: ZipEntry, leftBytes: number, spent: Meter): Promise<Unpacked> {
  if (entry.isEncrypted) throw archiveUnreadable('it is locked with a password');
  const header = new DataView(await file.slice(entry.offset, entry.offset + localHeaderBytes).arrayBuffer());
  if (header.byteLength < localHeaderBytes || header.getUint32(0, true) !== 0x04034b50) throw archiveUnreadable('a file in it is not where the list says');
  const from = entry.offset + localHeaderBytes + header.getUint16(26, true) + header.getUint16(28, true);
  const packed = file.slice(from, from + entry.packedBytes);
  if (entry.method === 0) return { kind: kindOf(new Uint8Array(await packed.slice(0, sniffBytes).arrayBuffer())), blob: packed };
  if (entry.method !== 8) throw archiveUnreadable('a file in it is packed in a way that is not known here');
  return inflate(packed, Math.min(leftBytes, mostBytesOf(entry)), spent);
}

/** Enough to tell what a file is. */
const sniffBytes = 64;

/** Of one entry: it is held in memory. Videos and inner ZIPs are larger than photos, but hardly ever deflated, and stored ones cost nothing. */
const mostInflatedBytes = 500e6;
const mostBytesOf = (entry: ZipEntry): number => Math.min(mostInflatedBytes, Math.max(maxPhotoBytes, entry.unpackedBytes));

/** Inflates piece by piece: what is no picture is given up after its first piece, what grows beyond the limit at the limit. */
async function inflate(packed: Blob, mostBytes: number, spent: Meter): Promise<Unpacked> {
  const pieces: Uint8Array<ArrayBuffer>[] = [];
  let sizeBytes = 0;
  let kind: Unpacked['kind'] | undefined;
  const reader = packed.stream().pipeThrough(new DecompressionStream('deflate-raw')).getReader();
  try {
    for (;;) {
      const { done, value } = await reader.read().catch((cause: unknown) => {
        throw archiveUnreadable('a file in it is damaged', cause);
      });
      if (value !== undefined) {
        pieces.push(value as Uint8Array<ArrayBuffer>);
        sizeBytes += value.length;
        spent.bytes += value.length;
      }
      if (kind === undefined && (done || sizeBytes >= sniffBytes)) kind = kindOf(new Uint8Array(await new Blob(pieces).slice(0, sniffBytes).arrayBuffer()));
      if (done || kind === null) break;
      if (sizeBytes > (kind === 'picture' ? Math.min(mostBytes, maxPhotoBytes) : mostBytes)) throw archiveTooLarge(`a file in it is larger than it may be`);
    }
  } finally {
    await reader.cancel().catch(() => undefined);
  }
  return { kind: kind ?? null, blob: new Blob(kind === null ? [] : pieces) };
}

function kindOf(start: Uint8Array): Unpacked['kind'] {
  const container = containerKind(start);
  if (container !== null) return container;
  const picture = pictureKind(start);
  return picture === 'unknown' || picture === 'svg' ? null : 'picture';
}
