/** @file What the boxes of a HEIC or AVIF file say before anything is decoded: how large the picture is, in which colours, and whether the file is whole. */
import { colourOfProfile, type CanvasColour } from './icc-profile.ts';

export interface HeifFacts {
  /** The largest picture in the file: the whole one where it is made of tiles. Null where none is described. */
  readonly size: { readonly widthPx: number; readonly heightPx: number } | null;
  readonly colour: CanvasColour;
  /** False if a box reaches over the end of the file. */
  readonly isComplete: boolean;
}

interface Box {
  readonly type: string;
  readonly from: number;
  readonly to: number;
}

/** Files have some dozens of boxes; a crafted one must not keep us. */
const mostBoxes = 10_000;

/** Reads the boxes. Never throws: what cannot be read is not there. Source: ISO/IEC 14496-12 (boxes), 23008-12 (`ispe`, `colr`). */
export function heifFacts(bytes: Uint8Array): HeifFacts {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let left = mostBoxes;
  let isComplete = true;

  function children(from: number, to: number): Box[] {
    const boxes: Box[] = [];
    for (let at = from; at + 8 <= to && left-- > 0;) {
      const type = String.fromCharCode(...bytes.subarray(at + 4, at + 8));
      let [header, length] = [8, view.getUint32(at)];
      if (length === 1 && at + 16 <= to) [header, length] = [16, view.getUint32(at + 8) * 2 ** 32 + view.getUint32(at + 12)];
      else if (length === 0) length = to - at; // To the end of the file.
      if (length < header) break;
      if (at + length > bytes.length) isComplete = false;
      boxes.push({ type, from: at + header, to: Math.min(at + length, to) });
      at += length;
    }
    return boxes;
  }
  const within = (parents: readonly Box[], type: string, skip = 0): Box[] =>
    parents.filter((box) => box.type === type).flatMap((box) => children(box.from + skip, box.to));

  const meta = within(children(0, bytes.length), 'meta', 4);
  const properties = within(within(meta, 'iprp'), 'ipco');
  let size: HeifFacts['size'] = null;
  let colour: CanvasColour = 'srgb';
  for (const { type, from, to } of properties) {
    if (type === 'ispe' && to - from >= 12) {
      const [widthPx, heightPx] = [view.getUint32(from + 4), view.getUint32(from + 8)];
      if (size === null || widthPx * heightPx > size.widthPx * size.heightPx) size = { widthPx, heightPx };
    }
    if (type === 'colr' && to - from >= 6 && colour === 'srgb') colour = colourOf(bytes.subarray(from, to));
  }
  return { size, colour, isComplete };
}

/** A `colr` box: an ICC profile, or numbers of ITU-T H.273, where 12 are the primaries of Display P3. */
function colourOf(content: Uint8Array): CanvasColour {
  const kind = String.fromCharCode(...content.subarray(0, 4));
  if (kind === 'prof' || kind === 'rICC') return colourOfProfile(content.subarray(4));
  return kind === 'nclx' && content[4] === 0 && content[5] === 12 ? 'display-p3' : 'srgb';
}
