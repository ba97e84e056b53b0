/** @file Pictures cut, resized and turned. Decoding and encoding live with the adapters. */
import { AppError } from '../errors/app-error.ts';
import type { RgbPicture } from '../pipelines/pixels.ts';

export interface PixelSize {
  readonly widthPx: number;
  readonly heightPx: number;
}

/** A rectangle of whole pixels; x to the right, y down. */
export interface PixelRectangle extends PixelSize {
  readonly x: number;
  readonly y: number;
}

/**
 * Copies a rectangle.
 *
 * @throws {AppError} `shape-mismatch` if it is empty, not of whole pixels, or leaves the picture
 */
export function cropPicture(picture: RgbPicture, { x, y, widthPx, heightPx }: PixelRectangle): RgbPicture {
  const inside = [x, y, widthPx, heightPx].every(Number.isInteger) && x >= 0 && y >= 0 && widthPx > 0 && heightPx > 0;
  if (!inside || x + widthPx > picture.widthPx || y + heightPx > picture.heightPx) {
    throw new AppError('shape-mismatch', { message: `crop ${widthPx} x ${heightPx} at ${x}, ${y} of a picture of ${picture.widthPx} x ${picture.heightPx}` });
  }
  const rgb = new Uint8Array(widthPx * heightPx * 3);
  for (let row = 0; row < heightPx; row++) {
    const start = ((y + row) * picture.widthPx + x) * 3;
    rgb.set(picture.rgb.subarray(start, start + widthPx * 3), row * widthPx * 3);
  }
  return { widthPx, heightPx, rgb };
}

/**
 * Resizes with a triangle filter as wide as the reduction: bilinear when enlarging, antialiased when shrinking
 * (what Pillow calls `BILINEAR` and PyTorch `antialias=True`).
 *
 * @returns a new picture of exactly `size`
 */
export function resizePicture(picture: RgbPicture, { widthPx, heightPx }: PixelSize): RgbPicture {
  const wide = filterAxis(picture.rgb, picture.heightPx, filterTaps(picture.widthPx, widthPx), 3);
  // Columns: one "pixel" is a whole row, so the same loop runs down the picture.
  const both = filterAxis(wide, 1, filterTaps(picture.heightPx, heightPx), widthPx * 3);
  const rgb = new Uint8Array(both.length);
  for (let i = 0; i < both.length; i++) rgb[i] = Math.round(both[i]!);
  return { widthPx, heightPx, rgb };
}

interface FilterTap {
  readonly first: number;
  readonly weights: readonly number[];
}

/** For each output position, the inputs that it averages; weights sum to 1. */
function filterTaps(from: number, to: number): FilterTap[] {
  const scale = from / to;
  const radius = Math.max(1, scale);
  return Array.from({ length: to }, (_, position) => {
    const centre = (position + 0.5) * scale;
    const first = Math.max(0, Math.floor(centre - radius));
    const end = Math.min(from, Math.ceil(centre + radius));
    const raw = Array.from({ length: end - first }, (_, tap) => Math.max(0, 1 - Math.abs(first + tap + 0.5 - centre) / radius));
    const sum = raw.reduce((total, weight) => total + weight, 0);
    return { first, weights: raw.map((weight) => weight / sum) };
  });
}

/** Filters the middle axis of [rows, columns, width]. Plain loops: photos of a megapixel pass through here several times. */
function filterAxis(data: Float32Array | Uint8Array, rows: number, taps: readonly FilterTap[], width: number): Float32Array {
  const columns = data.length / (rows * width);
  const result = new Float32Array(rows * taps.length * width);
  for (let position = 0; position < taps.length; position++) {
    const { first, weights } = taps[position]!;
    for (let row = 0; row < rows; row++) {
      const to = (row * taps.length + position) * width;
      let from = (row * columns + first) * width;
      for (let tap = 0; tap < weights.length; tap++, from += width) {
        const weight = weights[tap]!;
        for (let i = 0; i < width; i++) result[to + i]! += weight * data[from + i]!;
      }
    }
  }
  return result;
}

/** A square cut out of a picture, possibly turned, possibly reaching over its edge. In pixels of the picture. */
export interface SquareView {
  readonly centreX: number;
  readonly centreY: number;
  readonly sidePx: number;
  /** Clockwise turn of the square against the picture, in radians. */
  readonly angle: number;
}

/** How sampled values are scaled for a net: `value * scale + offset`, with `value` 0 to 255. */
export interface SampleRange {
  readonly scale: number;
  readonly offset: number;
  /** What lies outside the picture, 0 to 255. */
  readonly border: number;
}

/**
 * Samples a square view: bilinear, with as many samples a pixel as the reduction asks for.
 *
 * @param size side of the result in pixels
 * @returns planes [3, size, size], a new array
 */
export function sampleSquare(picture: RgbPicture, view: SquareView, size: number, { scale, offset, border }: SampleRange): Float32Array {
  const { widthPx, heightPx, rgb } = picture;
  const area = size * size;
  const planes = new Float32Array(3 * area);
  const perAxis = Math.max(1, Math.round(view.sidePx / size));
  const step = view.sidePx / (size * perAxis);
  const [cos, sin] = [Math.cos(view.angle) * step, Math.sin(view.angle) * step];
  const middle = (size * perAxis - 1) / 2;
  const share = scale / (perAxis * perAxis);
  // One loop without calls or objects: this runs a million times for each look at a photo.
  for (let pixel = 0; pixel < area; pixel++) {
    const firstRow = Math.floor(pixel / size) * perAxis - middle;
    const firstColumn = (pixel % size) * perAxis - middle;
    let red = 0;
    let green = 0;
    let blue = 0;
    for (let i = 0; i < perAxis; i++) {
      for (let j = 0; j < perAxis; j++) {
        const x = view.centreX + (firstColumn + j) * cos - (firstRow + i) * sin - 0.5;
        const y = view.centreY + (firstColumn + j) * sin + (firstRow + i) * cos - 0.5;
        const left = Math.floor(x);
        const top = Math.floor(y);
        const right = x - left;
        const down = y - top;
        if (left >= 0 && top >= 0 && left + 1 < widthPx && top + 1 < heightPx) {
          const at = (top * widthPx + left) * 3;
          const below = at + 3 * widthPx;
          const d = right * down;
          const b = right - d;
          const c = down - d;
          const a = 1 - right - c;
          red += a * rgb[at]! + b * rgb[at + 3]! + c * rgb[below]! + d * rgb[below + 3]!;
          green += a * rgb[at + 1]! + b * rgb[at + 4]! + c * rgb[below + 1]! + d * rgb[below + 4]!;
          blue += a * rgb[at + 2]! + b * rgb[at + 5]! + c * rgb[below + 2]! + d * rgb[below + 5]!;
        } else {
          for (let corner = 0; corner < 4; corner++) {
            const column = left + (corner & 1);
            const row = top + (corner >> 1);
            const weight = (corner & 1 ? right : 1 - right) * (corner >> 1 ? down : 1 - down);
            const inside = column >= 0 && row >= 0 && column < widthPx && row < heightPx;
            const from = (row * widthPx + column) * 3;
            red += weight * (inside ? rgb[from]! : border);
            green += weight * (inside ? rgb[from + 1]! : border);
            blue += weight * (inside ? rgb[from + 2]! : border);
          }
        }
      }
    }
    planes[pixel] = offset + share * red;
    planes[area + pixel] = offset + share * green;
    planes[2 * area + pixel] = offset + share * blue;
  }
  return planes;
}
