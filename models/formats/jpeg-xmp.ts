/** @file The XMP packet of a JPEG: an APP1 segment behind those of JFIF and EXIF. @see XMP specification, part 3, 1.1.3 */
import { AppError } from '../errors/app-error.ts';
import { concatenate } from './concatenate.ts';

const xmpPrefix = 'http://ns.adobe.com/xap/1.0/\0';
const app0 = 0xe0;
const app1 = 0xe1;
const startOfScan = 0xda;
const endOfImage = 0xd9;

interface Segment {
  readonly marker: number;
  /** The whole segment with its marker; for the scan, everything to the end of the file. */
  readonly bytes: Uint8Array;
}

/**
 * The JPEG with `packet` as its only XMP.
 *
 * @param packet at most 65,500 bytes of UTF-8
 * @throws {AppError} `photo-unreadable` if it is not a JPEG with a picture in it
 */
export function writeJpegXmp(jpeg: Uint8Array, packet: string): Uint8Array<ArrayBuffer> {
  const segments = [...segmentsOf(jpeg)].filter((segment) => !isXmp(segment));
  // JFIF wants to be first and EXIF right behind it; readers find XMP anywhere before the picture.
  const firstOther = segments.findIndex(({ marker }) => marker !== app0 && marker !== app1);
  return concatenate([
    Uint8Array.of(0xff, 0xd8),
    ...segments.slice(0, firstOther).map((segment) => segment.bytes),
    makeXmpSegment(packet),
    ...segments.slice(firstOther).map((segment) => segment.bytes),
  ]);
}

/** The XMP packet of a JPEG, or undefined if it has none. @throws {AppError} `photo-unreadable` if it is not a JPEG */
export function readJpegXmp(jpeg: Uint8Array): string | undefined {
  const segment = [...segmentsOf(jpeg)].find(isXmp);
  return segment && new TextDecoder().decode(segment.bytes.subarray(4 + xmpPrefix.length));
}

function* segmentsOf(jpeg: Uint8Array): Generator<Segment> {
  if (jpeg[0] !== 0xff || jpeg[1] !== 0xd8) throw broken('does not begin like one');
  let offset = 2;
  while (offset + 4 <= jpeg.length && jpeg[offset] === 0xff) {
    const marker = jpeg[offset + 1]!;
    if (marker === 0xff) {
      offset++; // a fill byte
      continue;
    }
    if (marker === startOfScan) return yield { marker, bytes: jpeg.subarray(offset) };
    const end = offset + 2 + jpeg[offset + 2]! * 256 + jpeg[offset + 3]!;
    if (marker === endOfImage || end > jpeg.length || end < offset + 4) break;
    yield { marker, bytes: jpeg.subarray(offset, end) };
    offset = end;
  }
  throw broken('ends before its picture');
}

function isXmp({ marker, bytes }: Segment): boolean {
  return marker === app1 && [...xmpPrefix].every((letter, index) => bytes[4 + index] === letter.charCodeAt(0));
}

function makeXmpSegment(packet: string): Uint8Array {
  const data = new TextEncoder().encode(xmpPrefix + packet);
  const length = data.length + 2;
  if (length > 0xffff) throw new AppError('internal', { message: `an XMP packet of ${data.length} bytes does not fit a JPEG segment` });
  return concatenate([Uint8Array.of(0xff, app1, length >>> 8, length & 0xff), data]);
}

function broken(what: string): AppError {
  return new AppError('photo-unreadable', { message: `the JPEG ${what}`, help: 'Save the picture again or choose another one.' });
}
