/** @file Whether a file is a ZIP or a video, by its first bytes: names and media types lie too often. */
import { pictureKind } from './picture-kind.ts';

export type ContainerFile = 'zip' | 'video';

/** First boxes of QuickTime files from before there was `ftyp`. */
const quickTimeBoxes: ReadonlySet<string> = new Set(['moov', 'mdat', 'wide', 'free', 'skip', 'pnot']);

/** What a file with pictures in it is, from its first 64 bytes or more; null for everything else, also for pictures. */
export function containerKind(bytes: Uint8Array): ContainerFile | null {
  const text = String.fromCharCode(...bytes.subarray(0, 64));
  if (text.startsWith('PK\x03\x04') || text.startsWith('PK\x05\x06')) return 'zip';
  if (text.startsWith('\x1aE\xdf\xa3')) return 'video'; // Matroska and WebM.
  const box = text.slice(4, 8);
  // Of the files that open with `ftyp` those that are no pictures: MP4, MOV, 3GP. Sound alone is told when no picture track is found.
  if (box === 'ftyp') return pictureKind(bytes) === 'unknown' ? 'video' : null;
  return quickTimeBoxes.has(box) ? 'video' : null;
}
