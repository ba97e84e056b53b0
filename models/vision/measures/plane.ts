/** @file One channel of a picture as numbers, and the few filters that the measures share. */
import type { RgbPicture } from '../../pipelines/pixels.ts';

/** Rows from the top, one number a pixel. */
export interface Plane {
  readonly widthPx: number;
  readonly heightPx: number;
  readonly values: Float32Array;
}

/** A rectangle in pixels of a plane, not necessarily whole; it may reach over the edge, where the edge's values go on. */
export interface PlaneRegion {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

/** Luma of every pixel, 0 to 255. @see ITU-R BT.601 */
export function lumaPlane({ widthPx, heightPx, rgb }: RgbPicture): Plane {
  const values = new Float32Array(widthPx * heightPx);
  for (let pixel = 0; pixel < values.length; pixel++) {
    values[pixel] = 0.299 * rgb[3 * pixel]! + 0.587 * rgb[3 * pixel + 1]! + 0.114 * rgb[3 * pixel + 2]!;
  }
  return { widthPx, heightPx, values };
}

/**
 * Cuts a region and brings it to a size: each new pixel averages what it covers (a box as wide as the reduction), and is
 * interpolated linearly where the region is enlarged.
 *
 * @returns a new plane of exactly this size
 */
export function resamplePlane(plane: Plane, region: PlaneRegion, widthPx: number, heightPx: number): Plane {
  const columns = axisTaps(region.left, region.width, widthPx, plane.widthPx);
  const rows = axisTaps(region.top, region.height, heightPx, plane.heightPx);
  const firstRow = Math.min(...rows.map(({ first }) => first));
  const lastRow = Math.max(...rows.map(({ first, weights }) => first + weights.length - 1));
  const wide = new Float32Array(widthPx * (lastRow - firstRow + 1));
  for (let row = firstRow; row <= lastRow; row++) {
    for (let x = 0; x < widthPx; x++) {
      const { first, weights } = columns[x]!;
      let sum = 0;
      for (let tap = 0; tap < weights.length; tap++) sum += weights[tap]! * plane.values[row * plane.widthPx + first + tap]!;
      wide[(row - firstRow) * widthPx + x] = sum;
    }
  }
  const values = new Float32Array(widthPx * heightPx);
  rows.forEach(({ first, weights }, y) => {
    weights.forEach((weight, tap) => {
      const from = (first + tap - firstRow) * widthPx;
      for (let x = 0; x < widthPx; x++) values[y * widthPx + x]! += weight * wide[from + x]!;
    });
  });
  return { widthPx, heightPx, values };
}

interface Taps {
  readonly first: number;
  readonly weights: readonly number[];
}

/** For each new position along one axis, the old ones that it averages. */
function axisTaps(start: number, length: number, count: number, limit: number): Taps[] {
  const step = length / count;
  const half = Math.max(1, step) / 2;
  return Array.from({ length: count }, (_, position) => {
    const centre = start + (position + 0.5) * step;
    const sums = new Map<number, number>();
    for (let at = Math.floor(centre - half); at < centre + half; at++) {
      const share = Math.min(at + 1, centre + half) - Math.max(at, centre - half);
      const inside = Math.min(limit - 1, Math.max(0, at));
      if (share > 0) sums.set(inside, (sums.get(inside) ?? 0) + share / (2 * half));
    }
    const keys = [...sums.keys()];
    const first = Math.min(...keys);
    return { first, weights: Array.from({ length: Math.max(...keys) - first + 1 }, (__, tap) => sums.get(first + tap) ?? 0) };
  });
}

/** Gaussian blur; the edge's values go on outside. A new plane. */
export function blurPlane(plane: Plane, sigmaPx: number): Plane {
  const radius = Math.max(1, Math.ceil(3 * sigmaPx));
  const raw = Array.from({ length: 2 * radius + 1 }, (_, tap) => Math.exp(-((tap - radius) ** 2) / (2 * sigmaPx ** 2)));
  const sum = raw.reduce((total, weight) => total + weight, 0);
  const kernel = raw.map((weight) => weight / sum);
  const { widthPx, heightPx } = plane;
  const pass = (from: Float32Array, count: number, stride: number, lines: number, lineStride: number): Float32Array => {
    const to = new Float32Array(from.length);
    for (let line = 0; line < lines; line++) {
      for (let at = 0; at < count; at++) {
        let value = 0;
        for (let tap = -radius; tap <= radius; tap++) {
          value += kernel[tap + radius]! * from[line * lineStride + Math.min(count - 1, Math.max(0, at + tap)) * stride]!;
        }
        to[line * lineStride + at * stride] = value;
      }
    }
    return to;
  };
  return { widthPx, heightPx, values: pass(pass(plane.values, widthPx, 1, heightPx, widthPx), heightPx, widthPx, widthPx, 1) };
}
