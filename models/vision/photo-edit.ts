/** @file What a person changed on a photo, as plain data, and the geometry of it: one description for the dialog's preview and for the worker that renders. */

/**
 * Always applied to the stored upright original, never to an edited copy, in the order of the fields: turned, mirrored, straightened, cropped, lightened.
 * Undoing is writing the edit before.
 */
export interface PhotoEdit {
  /** Clockwise. */
  readonly quarterTurns: 0 | 1 | 2 | 3;
  /** Left and right exchanged after turning: selfies are often stored as in a mirror, and no file says so. */
  readonly mirrored: boolean;
  /** Clockwise about the centre, -45 to 45. The frame keeps its size, and the picture is enlarged by `straightenZoom` so that no corner is empty. */
  readonly straightenDegrees: number;
  /** [left, top, right, bottom] as shares of the frame after all of the above; null for the whole. */
  readonly crop: readonly [number, number, number, number] | null;
  /** Light doubled so many times, -3 to 3; in linear light. */
  readonly exposureStops: number;
}

export interface FrameSize {
  readonly widthPx: number;
  readonly heightPx: number;
}

/** As `CanvasRenderingContext2D.setTransform` takes it: x' = a x + c y + e, y' = b x + d y + f. */
export type Affine = readonly [a: number, b: number, c: number, d: number, e: number, f: number];

type Box = readonly [number, number, number, number];

/** The edit that changes nothing. */
export const noEdit: PhotoEdit = { quarterTurns: 0, mirrored: false, straightenDegrees: 0, crop: null, exposureStops: 0 };

/** True for an edit that changes nothing. */
export function isNoEdit({ quarterTurns, mirrored, straightenDegrees, crop, exposureStops }: PhotoEdit): boolean {
  const isWhole = crop === null || (crop[0] <= 0 && crop[1] <= 0 && crop[2] >= 1 && crop[3] >= 1);
  return quarterTurns === 0 && !mirrored && straightenDegrees === 0 && isWhole && exposureStops === 0;
}

/** The frame before cropping. */
export function frameSize(original: FrameSize, { quarterTurns }: PhotoEdit): FrameSize {
  return quarterTurns % 2 === 0 ? original : { widthPx: original.heightPx, heightPx: original.widthPx };
}

/** Whole pixels of the finished picture, at least 1 each way. */
export function editedSize(original: FrameSize, edit: PhotoEdit): FrameSize {
  const frame = frameSize(original, edit);
  const [left, top, right, bottom] = edit.crop ?? [0, 0, 1, 1];
  return { widthPx: Math.max(1, Math.round((right - left) * frame.widthPx)), heightPx: Math.max(1, Math.round((bottom - top) * frame.heightPx)) };
}

/** Where a pixel of the original comes to lie in the finished picture, both counted from the top left corner. */
export function editTransform(original: FrameSize, edit: PhotoEdit): Affine {
  const frame = frameSize(original, edit);
  const flip = edit.mirrored ? -1 : 1;
  const degrees = edit.quarterTurns * 90 + flip * edit.straightenDegrees; // Rotating after mirroring is rotating the other way before it.
  const scale = straightenZoom(frame.widthPx, frame.heightPx, edit.straightenDegrees);
  const cosine = scale * exactly(Math.cos((degrees * Math.PI) / 180));
  const sine = scale * exactly(Math.sin((degrees * Math.PI) / 180));
  const [left, top] = edit.crop ?? [0, 0];
  const [a, b, c, d] = [flip * cosine, sine, flip * -sine, cosine];
  // The centre of the original comes to the centre of the frame; the crop then moves the corner.
  const centreX = original.widthPx / 2;
  const centreY = original.heightPx / 2;
  const e = frame.widthPx / 2 - a * centreX - c * centreY - left * frame.widthPx;
  const f = frame.heightPx / 2 - b * centreX - d * centreY - top * frame.heightPx;
  return [a, b, c, d, e, f];
}

/** How far a frame must be enlarged about its centre so that it still covers itself when turned by `degrees`. */
export function straightenZoom(widthPx: number, heightPx: number, degrees: number): number {
  const angle = (Math.abs(degrees) * Math.PI) / 180;
  return Math.cos(angle) + (Math.max(widthPx, heightPx) / Math.min(widthPx, heightPx)) * Math.sin(angle);
}

/** cos(90°) is 6e-17 in floating point, which would blur every pixel of a plain turn. */
function exactly(value: number): number {
  return Math.abs(value) < 1e-12 ? 0 : value;
}

/** The same edit with the finished picture turned a quarter, clockwise or not; the crop keeps what it held. */
export function turned(edit: PhotoEdit, clockwise: boolean): PhotoEdit {
  const quarterTurns = ((edit.quarterTurns + (clockwise === edit.mirrored ? 3 : 1)) % 4) as PhotoEdit['quarterTurns'];
  if (edit.crop === null) return { ...edit, quarterTurns };
  const [left, top, right, bottom] = edit.crop;
  return { ...edit, quarterTurns, crop: clockwise ? [1 - bottom, left, 1 - top, right] : [top, 1 - right, bottom, 1 - left] };
}

/** The same edit with the finished picture mirrored; the crop keeps what it held. */
export function mirrored(edit: PhotoEdit): PhotoEdit {
  const crop: PhotoEdit['crop'] = edit.crop === null ? null : [1 - edit.crop[2], edit.crop[1], 1 - edit.crop[0], edit.crop[3]];
  return { ...edit, mirrored: !edit.mirrored, straightenDegrees: 0 - edit.straightenDegrees, crop };
}

/** Where a box in the picture of one edit lies in the picture of another, as shares; the bounds of the rotated box. */
export function boxAfterEdit(box: Box, original: FrameSize, from: PhotoEdit, to: PhotoEdit): Box {
  const [fromSize, toSize] = [editedSize(original, from), editedSize(original, to)];
  const [a, b, c, d, e, f] = editTransform(original, from);
  const determinant = a * d - b * c;
  const [a2, b2, c2, d2, e2, f2] = editTransform(original, to);
  const corners = [0, 1, 2, 3].map((corner) => {
    const x = (corner % 2 === 0 ? box[0] : box[2]) * fromSize.widthPx - e;
    const y = (corner < 2 ? box[1] : box[3]) * fromSize.heightPx - f;
    const [originalX, originalY] = [(d * x - c * y) / determinant, (a * y - b * x) / determinant];
    return [(a2 * originalX + c2 * originalY + e2) / toSize.widthPx, (b2 * originalX + d2 * originalY + f2) / toSize.heightPx] as const;
  });
  const [xs, ys] = [corners.map(([x]) => x), corners.map(([, y]) => y)];
  return [Math.min(...xs), Math.min(...ys), Math.max(...xs), Math.max(...ys)];
}

/** Brightness of each of the 256 levels after the exposure: sRGB to linear light (IEC 61966-2-1), times 2^stops, and back. */
export function exposureTable(stops: number): Uint8ClampedArray<ArrayBuffer> {
  const gain = 2 ** stops;
  return Uint8ClampedArray.from({ length: 256 }, (_, level) => {
    const value = level / 255;
    const light = gain * (value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4);
    return 255 * (light <= 0.0031308 ? 12.92 * light : 1.055 * light ** (1 / 2.4) - 0.055);
  });
}
