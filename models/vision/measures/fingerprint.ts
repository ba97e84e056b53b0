/** @file A perceptual hash: pictures that look the same have nearly the same 64 bits, whatever their size and encoding. */
import type { RgbPicture } from '../../pipelines/pixels.ts';
import { lumaPlane, resamplePlane } from './plane.ts';

const side = 32;
/** The 64 lowest frequencies but the mean, as [across, down], lowest first. */
const frequencies: readonly (readonly [across: number, down: number])[] = Array.from({ length: 256 }, (_, i) => [i % 16, Math.floor(i / 16)] as const)
  .filter(([across, down]) => across + down > 0)
  .sort((a, b) => a[0] + a[1] - (b[0] + b[1]) || a[0] - b[0])
  .slice(0, 64);

/**
 * The signs of the 64 lowest frequencies of the luma at 32 x 32 pixels, as 16 hex digits.
 *
 * Signs against 0 instead of the median of the published method (Zauner 2010, pHash): then mirroring the picture flips exactly the
 * frequencies that are odd across, and a mirrored copy is known from the fingerprint alone.
 */
export function fingerprint(picture: RgbPicture): string {
  const luma = resamplePlane(lumaPlane(picture), { left: 0, top: 0, width: picture.widthPx, height: picture.heightPx }, side, side);
  const wave = (frequency: number, at: number): number => Math.cos((Math.PI * frequency * (at + 0.5)) / side);
  const bits = frequencies.map(([across, down]) => {
    let sum = 0;
    for (let y = 0; y < side; y++) for (let x = 0; x < side; x++) sum += luma.values[y * side + x]! * wave(across, x) * wave(down, y);
    return sum > 0;
  });
  return hexOf(bits);
}

/** The fingerprint of the same picture, left and right exchanged. */
export function mirroredFingerprint(original: string): string {
  return hexOf(bitsOf(original).map((bit, index) => (frequencies[index]![0] % 2 === 1 ? !bit : bit)));
}

/** Bits that differ, 0 to 64. */
export function fingerprintDistance(a: string, b: string): number {
  let bits = 0;
  for (let digit = 0; digit < 16; digit++) {
    for (let rest = parseInt(a[digit] ?? '0', 16) ^ parseInt(b[digit] ?? '0', 16); rest > 0; rest >>= 1) bits += rest & 1;
  }
  return bits;
}

function hexOf(bits: readonly boolean[]): string {
  return Array.from({ length: 16 }, (_, digit) =>
    bits
      .slice(4 * digit, 4 * digit + 4)
      .reduce((value, bit) => 2 * value + Number(bit), 0)
      .toString(16),
  ).join('');
}

function bitsOf(digits: string): boolean[] {
  return Array.from({ length: 64 }, (_, bit) => ((parseInt(digits[bit >> 2] ?? '0', 16) >> (3 - (bit & 3))) & 1) === 1);
}
