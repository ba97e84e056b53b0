/** @file Whether a face wears glasses: the frame is a line across bare skin, at the bridge of the nose and below the eyes. */
import { meshPoint, type FaceLandmarks } from '../face-landmarks.ts';
import { medianOf } from './mesh-regions.ts';
import type { Plane } from './plane.ts';

/** Ways across bare skin that a frame must cross: from between the brows down the nose, and from below each eye down the cheek. As pairs of mesh points. */
const ways: readonly (readonly (readonly [from: number, to: number])[])[] = [
  [
    [8, 195],
    [193, 131],
    [417, 360],
  ],
  [
    [23, 101],
    [24, 118],
    [110, 117],
  ],
  [
    [253, 330],
    [254, 347],
    [339, 346],
  ],
];
/** The ways down the cheeks go on beyond their mesh points, since the rim of large glasses lies there. */
const cheekStretch = 1.4;
const samplesOnWay = 48;
/** Distances in samples at which the skin beside a line is read: thin wire, and thick rims. */
const reaches = [4, 7, 11] as const;
/** Contrast of the line to the skin, in the logarithm of luma, that counts a half. */
const halfContrast = 0.25;

/**
 * Sureness from 0 to 1. Rimless glasses have no line and are missed.
 *
 * @param luma of the picture
 */
export function glassesSureness(luma: Plane, landmarks: FaceLandmarks): number {
  // A frame crosses all three ways; a fold or a lock of hair crosses one. The middle of the three decides.
  const contrast = medianOf(
    ways.map((lines, index) => lineContrast(lines.map(([from, to]) => profile(luma, landmarks, from, to, index === 0 ? 1 : cheekStretch)))),
  );
  return contrast ** 2 / (contrast ** 2 + halfContrast ** 2);
}

/** Luma along the way between two mesh points, logarithmic; empty where it leaves the picture. */
function profile({ widthPx, heightPx, values }: Plane, landmarks: FaceLandmarks, from: number, to: number, stretch: number): number[] {
  const [[x0, y0], [xTo, yTo]] = [meshPoint(landmarks, from), meshPoint(landmarks, to)];
  const [x1, y1] = [x0 + (xTo - x0) * stretch, y0 + (yTo - y0) * stretch];
  const result: number[] = [];
  for (let i = 0; i < samplesOnWay; i++) {
    const x = Math.round(x0 + ((x1 - x0) * i) / (samplesOnWay - 1));
    const y = Math.round(y0 + ((y1 - y0) * i) / (samplesOnWay - 1));
    if (x < 0 || y < 0 || x >= widthPx || y >= heightPx) return [];
    result.push(Math.log(8 + values[y * widthPx + x]!));
  }
  return result;
}

/** The strongest line on a way: how far a place differs from the skin on both its sides, in the same direction. The middle of the parallel ways. */
function lineContrast(profiles: readonly number[][]): number {
  return medianOf(profiles.map((values) => Math.max(...reaches.map((reach) => strongestLine(values, reach)))));
}

function strongestLine(values: readonly number[], reach: number): number {
  const half = Math.floor(reach / 4);
  let strongest = 0;
  for (let at = reach; at < values.length - reach; at++) {
    let middle = 0;
    for (let near = -half; near <= half; near++) middle += values[at + near]! / (2 * half + 1);
    const [before, after] = [values[at - reach]! - middle, values[at + reach]! - middle];
    if (before * after > 0) strongest = Math.max(strongest, Math.min(Math.abs(before), Math.abs(after)));
  }
  return strongest;
}
