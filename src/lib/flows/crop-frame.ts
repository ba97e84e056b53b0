/** @file How the frame of a crop follows a pointer or the arrow keys. Shares of the picture. Pure. */

export type Crop = readonly [left: number, top: number, right: number, bottom: number];
export type CropHandle = 'move' | 'topLeft' | 'topRight' | 'bottomLeft' | 'bottomRight';
export const cropCorners = ['topLeft', 'topRight', 'bottomLeft', 'bottomRight'] as const;

export const wholeFrame: Crop = [0, 0, 1, 1];
/** Smaller crops hold no face worth learning from. */
export const leastCropShare = 0.1;

const clamp = (value: number, least: number, most: number): number => Math.min(most, Math.max(least, value));

/** The crop after a handle was moved by these shares; it stays inside the picture and never gets smaller than `leastCropShare`. */
export function moveCrop([left, top, right, bottom]: Crop, handle: CropHandle, byX: number, byY: number): Crop {
  if (handle === 'move') {
    const x = clamp(byX, -left, 1 - right);
    const y = clamp(byY, -top, 1 - bottom);
    return [left + x, top + y, right + x, bottom + y];
  }
  const isLeft = handle === 'topLeft' || handle === 'bottomLeft';
  const isTop = handle === 'topLeft' || handle === 'topRight';
  return [
    isLeft ? clamp(left + byX, 0, right - leastCropShare) : left,
    isTop ? clamp(top + byY, 0, bottom - leastCropShare) : top,
    isLeft ? right : clamp(right + byX, left + leastCropShare, 1),
    isTop ? bottom : clamp(bottom + byY, top + leastCropShare, 1),
  ];
}

/** How an arrow key moves a handle: one in a hundred, five with Shift; null for any other key. */
export function arrowStep(key: string, isLarge: boolean): readonly [x: number, y: number] | null {
  const step = isLarge ? 0.05 : 0.01;
  switch (key) {
    case 'ArrowLeft':
      return [-step, 0];
    case 'ArrowRight':
      return [step, 0];
    case 'ArrowUp':
      return [0, -step];
    case 'ArrowDown':
      return [0, step];
    default:
      return null;
  }
}

/** Head and shoulders around a face: its height twice over, a little more below than above. */
export function cropAroundFace([left, top, right, bottom]: Crop, widthPx: number, heightPx: number): Crop {
  const faceHeight = bottom - top;
  const halfWidth = (1.1 * faceHeight * heightPx) / widthPx;
  const middle = (left + right) / 2;
  return [
    clamp(middle - halfWidth, 0, 0.9),
    clamp(top - 0.5 * faceHeight, 0, 0.9),
    clamp(middle + halfWidth, 0.1, 1),
    clamp(bottom + 0.7 * faceHeight, 0.1, 1),
  ];
}
