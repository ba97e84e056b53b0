/** @file Whether a filter took the texture out of the skin: pores and grain gone. */
import { meshPoint, type FaceLandmarks } from '../face-landmarks.ts';
import { medianOf, quantileOf, regionPixels, skinRegions } from './mesh-regions.ts';
import { blurPlane, resamplePlane, type Plane } from './plane.ts';

/** Height of the face's mesh in pixels at which skin is looked at; larger faces are reduced. */
const faceHeightPx = 200;
/** Deviations of the two blurs between which texture lies. */
const band = { fine: 0.5, coarse: 1.1 } as const;
/** Texture, in steps of 255, at which smoothing counts a half. Measured: see models/checks/README.md. */
const halfTexture = 0.155;

/**
 * Detail of the skin between two scales, in steps of 0 to 255: what the calmer quarter of the pixels stays under, in the middle one of forehead and cheeks.
 * Filters leave lines and spots alone and flatten what lies between, so the calm pixels tell.
 *
 * @param luma of the picture; the face should be 100 px high or more
 */
export function skinTexture(luma: Plane, landmarks: FaceLandmarks): number {
  const axis = (at: 0 | 1): number[] => Array.from({ length: landmarks.points.length / 3 }, (_, point) => meshPoint(landmarks, point)[at]);
  const [xs, ys] = [axis(0), axis(1)];
  const [left, top] = [Math.min(...xs), Math.min(...ys)];
  const [width, height] = [Math.max(...xs) - left, Math.max(...ys) - top];
  if (!(width >= 8 && height >= 8)) return 0;
  const scale = Math.min(1, faceHeightPx / height);
  const [widthPx, heightPx] = [Math.round(width * scale), Math.round(height * scale)];
  const face = resamplePlane(luma, { left, top, width, height }, widthPx, heightPx);
  const [fine, coarse] = [blurPlane(face, band.fine).values, blurPlane(face, band.coarse).values];
  const onPatch = (value: number, index: number): number =>
    index % 3 === 0 ? ((value - left) * widthPx) / width : index % 3 === 1 ? ((value - top) * heightPx) / height : value;
  const moved: FaceLandmarks = { ...landmarks, points: landmarks.points.map(onPatch) };
  const textures = Object.values(skinRegions).map((region) => {
    const pixels = regionPixels({ widthPx, heightPx }, moved, region, widthPx * heightPx);
    return quantileOf(
      pixels.map(([x, y]) => Math.abs(fine[y * widthPx + x]! - coarse[y * widthPx + x]!)),
      0.25,
    );
  });
  return medianOf(textures);
}

/** 0 to 1: how surely the skin was smoothed. Means nothing for a blurred, dark or tiny face, which has no texture either. */
export function smoothingSureness(luma: Plane, landmarks: FaceLandmarks): number {
  return 1 / (1 + (skinTexture(luma, landmarks) / halfTexture) ** 4);
}
