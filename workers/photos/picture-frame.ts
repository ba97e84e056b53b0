/** @file Size and completeness of a picture file, read from its headers before anything is decoded. */
import { heifFacts } from './heif-boxes.ts';
import { pictureKind, type PictureKind } from './picture-kind.ts';

export interface PictureFrame {
  readonly kind: PictureKind;
  /** Stored width and height, before any turning; null where this format's header is not read here. */
  readonly size: { readonly widthPx: number; readonly heightPx: number } | null;
  /** False if the file ends before the picture does. True where we cannot tell. */
  readonly isComplete: boolean;
}

/** Reads the headers of a picture file. Never throws: damage shows as `isComplete: false` or a missing size. */
export function pictureFrame(bytes: Uint8Array): PictureFrame {
  const kind = pictureKind(bytes);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  try {
    switch (kind) {
      case 'jpeg':
        return { kind, ...jpegFrame(bytes, view) };
      case 'png':
        return { kind, size: { widthPx: view.getUint32(16), heightPx: view.getUint32(20) }, isComplete: hasPngEnd(bytes, view) };
      case 'gif':
        return { kind, size: { widthPx: view.getUint16(6, true), heightPx: view.getUint16(8, true) }, isComplete: true };
      case 'bmp':
        return {
          kind,
          size: { widthPx: Math.abs(view.getInt32(18, true)), heightPx: Math.abs(view.getInt32(22, true)) },
          isComplete: view.getUint32(2, true) <= bytes.length,
        };
      case 'webp':
        return { kind, size: webpSize(bytes, view), isComplete: view.getUint32(4, true) + 8 <= bytes.length };
      case 'heic':
      case 'avif': {
        const { size, isComplete } = heifFacts(bytes);
        return { kind, size, isComplete };
      }
      default:
        return { kind, size: null, isComplete: true };
    }
  } catch (error) {
    if (error instanceof RangeError) return { kind, size: null, isComplete: false }; // A header reaches over the end of the file.
    throw error;
  }
}

/** Walks the segments to the frame header and on to the scan; behind it, FF D9 can only be the end of the picture. */
function jpegFrame(bytes: Uint8Array, view: DataView): Omit<PictureFrame, 'kind'> {
  let size: PictureFrame['size'] = null;
  let offset = 2;
  while (bytes[offset] === 0xff) {
    const marker = bytes[offset + 1]!;
    if (marker === 0xff) {
      offset += 1; // fill byte
    } else if (marker === 0xda) {
      return { size, isComplete: hasEndOfImage(bytes, offset) };
    } else {
      const isFrameHeader = marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker);
      if (isFrameHeader) size = { heightPx: view.getUint16(offset + 5), widthPx: view.getUint16(offset + 7) };
      offset += 2 + view.getUint16(offset + 2);
    }
  }
  return { size, isComplete: false };
}

function hasEndOfImage(bytes: Uint8Array, from: number): boolean {
  for (let at = bytes.indexOf(0xff, from + 2); at >= 0; at = bytes.indexOf(0xff, at + 1)) if (bytes[at + 1] === 0xd9) return true;
  return false;
}

/** Walks the chunks to IEND. */
function hasPngEnd(bytes: Uint8Array, view: DataView): boolean {
  for (let offset = 8; offset + 12 <= bytes.length; offset += 12 + view.getUint32(offset)) {
    if (view.getUint32(offset + 4) === 0x49454e44) return true;
  }
  return false;
}

function webpSize(bytes: Uint8Array, view: DataView): PictureFrame['size'] {
  const uint24 = (offset: number): number => view.getUint16(offset, true) | (view.getUint8(offset + 2) << 16);
  switch (String.fromCharCode(...bytes.subarray(12, 16))) {
    case 'VP8 ':
      return { widthPx: view.getUint16(26, true) & 0x3fff, heightPx: view.getUint16(28, true) & 0x3fff };
    case 'VP8L': {
      const bits = view.getUint32(21, true);
      return { widthPx: (bits & 0x3fff) + 1, heightPx: ((bits >>> 14) & 0x3fff) + 1 };
    }
    case 'VP8X':
      return { widthPx: uint24(24) + 1, heightPx: uint24(27) + 1 };
    default:
      return null;
  }
}
