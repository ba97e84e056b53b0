/** @file Closes the eyes of a photo: the skin of each upper lid is drawn down over the eye, as the lid itself would go, and lashes are painted at its edge. */
import type { RgbPicture } from '#models/pipelines/pixels.ts';
import { meshPoint, type FaceLandmarks } from '#models/vision/face-landmarks.ts';

/** The edges of the lids, from one corner to the other. */
const eyes = [
  { upper: [33, 246, 161, 160, 159, 158, 157, 173, 133], lower: [33, 7, 163, 144, 145, 153, 154, 155, 133] },
  { upper: [263, 466, 388, 387, 386, 385, 384, 398, 362], lower: [263, 249, 390, 373, 374, 380, 381, 382, 362] },
] as const;
/** In openings of the eye: the skin that stretches lies between these two heights above the lid's edge (the mesh's edge often lies on the eyeball)... */
const skin = { from: 1, to: 0.3 } as const;
/** ...and covers so much beyond the lower lid's edge; the lashes are so thick. */
const beyond = 0.3;
const lashes = 0.1;

type Place = readonly [along: number, down: number];

/** @param share how far each lid goes down: 1 closes the eye, 0.5 half of it */
export function eyesClosed(picture: RgbPicture, landmarks: FaceLandmarks, share = 1): RgbPicture {
  const rgb = picture.rgb.slice();
  for (const eye of eyes) {
    const [[x0, y0], [x1, y1]] = [meshPoint(landmarks, eye.upper[0]), meshPoint(landmarks, eye.upper.at(-1)!)];
    const width = Math.hypot(x1 - x0, y1 - y0);
    // Down is towards the lower lid, on either side of the face and whichever way the head is tilted.
    const along = [(x1 - x0) / width, (y1 - y0) / width] as const;
    const lowest = meshPoint(landmarks, eye.lower[4]);
    const [highX, highY] = meshPoint(landmarks, eye.upper[4]);
    const side = Math.sign(along[0] * (lowest[1] - highY) - along[1] * (lowest[0] - highX)) || 1;
    const down = [-along[1] * side, along[0] * side] as const;
    const placeOf = (x: number, y: number): Place => [(x - x0) * along[0] + (y - y0) * along[1], (x - x0) * down[0] + (y - y0) * down[1]];
    const edge = (points: readonly number[]): Place[] => points.map((point) => placeOf(...(meshPoint(landmarks, point).slice(0, 2) as [number, number])));
    const [upper, lower] = [edge(eye.upper), edge(eye.lower)];
    const opening = Math.max(...lower.map(([, v], at) => v - upper[at]![1]));
    const reach = Math.ceil(width + opening);
    for (let y = Math.max(0, Math.floor(Math.min(y0, y1) - reach)); y < Math.min(picture.heightPx, Math.max(y0, y1) + reach); y++) {
      for (let x = Math.max(0, Math.floor(Math.min(x0, x1) - reach)); x < Math.min(picture.widthPx, Math.max(x0, x1) + reach); x++) {
        const [u, v] = placeOf(x, y);
        if (u <= 0 || u >= width) continue;
        const [high, low] = [heightAt(upper, u), heightAt(lower, u)];
        const gap = Math.max(0, low - high);
        const [top, from] = [high - skin.from * opening, high - skin.to * opening];
        // At the corners the lids meet and nothing moves.
        const to = from + (share * gap + (skin.to + beyond * share) * opening) * Math.min(1, gap / (0.5 * opening));
        if (v <= top || v >= to) continue;
        const source = top + ((v - top) * (from - top)) / (to - top);
        const [sx, sy] = [x0 + u * along[0] + source * down[0], y0 + u * along[1] + source * down[1]];
        const lash = gap > 0 ? 1 - 0.7 * Math.exp(-(((v - to + lashes * opening) / (lashes * opening)) ** 2)) : 1;
        for (const channel of [0, 1, 2]) rgb[(y * picture.widthPx + x) * 3 + channel] = Math.round(lash * sample(picture, sx, sy, channel));
      }
    }
  }
  return { ...picture, rgb };
}

/** Straight between the points of an edge. */
function heightAt(edge: readonly Place[], along: number): number {
  for (let at = 1; at < edge.length; at++) {
    const [[u0, v0], [u1, v1]] = [edge[at - 1]!, edge[at]!];
    if (along <= u1) return u1 === u0 ? v1 : v0 + ((v1 - v0) * (along - u0)) / (u1 - u0);
  }
  return edge.at(-1)![1];
}

/** Bilinear; the edge's values go on outside. */
function sample({ widthPx, heightPx, rgb }: RgbPicture, x: number, y: number, channel: number): number {
  const [left, top] = [Math.floor(x), Math.floor(y)];
  let sum = 0;
  for (const [dx, dy] of [
    [0, 0],
    [1, 0],
    [0, 1],
    [1, 1],
  ] as const) {
    const column = Math.min(widthPx - 1, Math.max(0, left + dx));
    const row = Math.min(heightPx - 1, Math.max(0, top + dy));
    sum += rgb[(row * widthPx + column) * 3 + channel]! * (dx === 1 ? x - left : 1 - x + left) * (dy === 1 ? y - top : 1 - y + top);
  }
  return sum;
}
