/** @file How light lies on a face, so that what is drawn over it can be lit like it. */
import type { RgbPicture } from '#models/pipelines/pixels.ts';
import type { FaceLandmarks } from '#models/vision/face-landmarks.ts';
import { regionPixels, skinRegions, type MeshRegion } from '#models/vision/measures/mesh-regions.ts';

export type Rgb = readonly [red: number, green: number, blue: number];

/**
 * The colour that bare skin would have anywhere on the face: a plane through the logarithms of what forehead and cheeks show.
 *
 * @returns steps of 0 to 255, never outside of what was seen
 */
export function skinLight(picture: RgbPicture, landmarks: FaceLandmarks): (x: number, y: number) => Rgb {
  const pixels = Object.values(skinRegions).flatMap((region) => regionPixels(picture, landmarks, region, 300));
  const planes = ([0, 1, 2] as const).map((channel) => {
    const seen = pixels.map(([x, y]) => ({ x, y, value: Math.log(1 + picture.rgb[(y * picture.widthPx + x) * 3 + channel]!) }));
    const sorted = seen.map(({ value }) => value).sort((a, b) => a - b);
    const [least, most] = [sorted[Math.floor(0.05 * sorted.length)] ?? 0, sorted[Math.floor(0.95 * sorted.length)] ?? 0];
    return { ...fitPlane(seen), least, most };
  });
  return (x, y) => planes.map(({ at, least, most }) => Math.exp(Math.min(most, Math.max(least, at(x, y)))) - 1) as unknown as Rgb;
}

/** Multiplies a region by how the light on the skin there differs from that in the region's middle. */
export function litLikeSkin(picture: RgbPicture, bare: RgbPicture, landmarks: FaceLandmarks, region: MeshRegion): RgbPicture {
  const light = skinLight(bare, landmarks);
  const luma = ([red, green, blue]: Rgb): number => 1 + 0.299 * red + 0.587 * green + 0.114 * blue;
  const pixels = regionPixels(picture, landmarks, region, Infinity);
  const middle = [0, 1].map((axis) => pixels.reduce((sum, pixel) => sum + pixel[axis as 0 | 1], 0) / Math.max(1, pixels.length)) as [number, number];
  const rgb = picture.rgb.slice();
  for (const [x, y] of pixels) {
    const factor = luma(light(x, y)) / luma(light(...middle));
    for (let at = (y * picture.widthPx + x) * 3, end = at + 3; at < end; at++) rgb[at] = Math.min(255, Math.round(rgb[at]! * factor));
  }
  return { ...picture, rgb };
}

/** Least squares; a constant where the points lie on a line. */
function fitPlane(points: readonly { readonly x: number; readonly y: number; readonly value: number }[]): { at(x: number, y: number): number } {
  const mean = (value: (point: (typeof points)[number]) => number): number => points.reduce((sum, point) => sum + value(point), 0) / Math.max(1, points.length);
  const [mx, my, mv] = [mean(({ x }) => x), mean(({ y }) => y), mean(({ value }) => value)];
  const xx = mean(({ x }) => (x - mx) ** 2);
  const yy = mean(({ y }) => (y - my) ** 2);
  const xy = mean(({ x, y }) => (x - mx) * (y - my));
  const xv = mean(({ x, value }) => (x - mx) * (value - mv));
  const yv = mean(({ y, value }) => (y - my) * (value - mv));
  const determinant = xx * yy - xy ** 2;
  if (!(determinant > 1e-6)) return { at: () => mv };
  const [dx, dy] = [(xv * yy - yv * xy) / determinant, (yv * xx - xv * xy) / determinant];
  return { at: (x, y) => mv + dx * (x - mx) + dy * (y - my) };
}
