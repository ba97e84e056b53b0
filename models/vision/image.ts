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
  return { widthPx, heightPx, rgb: Uint8Array.from(both, Math.round) };
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

/** Filters the middle axis of [rows, columns, width]. */
function filterAxis(data: Float32Array | Uint8Array, rows: number, taps: readonly FilterTap[], width: number): Float32Array {
  const columns = data.length / (rows * width);
  const result = new Float32Array(rows * taps.length * width);
  for (let row = 0; row < rows; row++) {
    taps.forEach(({ first, weights }, position) => {
      const to = (row * taps.length + position) * width;
      weights.forEach((weight, tap) => {
        const from = (row * columns + first + tap) * width;
        for (let i = 0; i < width; i++) result[to + i]! += weight * data[from + i]!;
      });
    });
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
  const planes = new Float32Array(3 * size * size).fill(offset);
  const perAxis = Math.max(1, Math.round(view.sidePx / size));
  const step = view.sidePx / (size * perAxis);
  const cos = Math.cos(view.angle);
  const sin = Math.sin(view.angle);
  const share = scale / (perAxis * perAxis);
  for (let row = 0; row < size * perAxis; row++) {
    const down = (row + 0.5) * step - view.sidePx / 2;
    for (let column = 0; column < size * perAxis; column++) {
      const right = (column + 0.5) * step - view.sidePx / 2;
      const pixel = Math.floor(row / perAxis) * size + Math.floor(column / perAxis);
      addSample(picture, view.centreX + right * cos - down * sin - 0.5, view.centreY + right * sin + down * cos - 0.5, border, share, planes, pixel);
    }
  }
  return planes;
}

/** Adds `share` of the bilinear sample at (x, y), in units of pixel centres, to one pixel of all three planes. */
function addSample({ widthPx, heightPx, rgb }: RgbPicture, x: number, y: number, border: number, share: number, planes: Float32Array, pixel: number): void {
  const left = Math.floor(x);
  const top = Math.floor(y);
  const area = planes.length / 3;
  for (let corner = 0; corner < 4; corner++) {
    const column = left + (corner & 1);
    const row = top + (corner >> 1);
    const weight = share * (corner & 1 ? x - left : 1 - x + left) * (corner >> 1 ? y - top : 1 - y + top);
    const inside = column >= 0 && row >= 0 && column < widthPx && row < heightPx;
    const from = (row * widthPx + column) * 3;
    for (let channel = 0; channel < 3; channel++) planes[channel * area + pixel]! += weight * (inside ? rgb[from + channel]! : border);
  }
}
