/** @file From Display P3, in which iPhones store photos, to sRGB, where no browser does it for us. Pure. */

// Linear light of P3 to that of sRGB; both have the white of D65. Source: CSS Color 4, chapter 17 (lin_P3 to XYZ, XYZ to lin_sRGB).
const toSrgb = [1.2249401763, -0.2249401763, 0, -0.0420569547, 1.0420569547, 0, -0.0196375546, -0.0786360456, 1.0982736001] as const;

const steps = 16_384; // The curve is steepest at black, 12.92 : 1; so many steps keep it within a fifth of a level.
const light = Float32Array.from({ length: 256 }, (_, value) => decode(value / 255));
const levels = Uint8Array.from({ length: steps + 1 }, (_, step) => Math.round(255 * encode(step / steps)));

/**
 * The same colours in sRGB, in place. What sRGB does not have is cut off, as colour management with matrices does it.
 *
 * @param pixels 8-bit values in the curve of sRGB, which Display P3 shares; `stride` a pixel, red, green and blue first
 */
export function displayP3ToSrgb(pixels: Uint8Array | Uint8ClampedArray, stride: 3 | 4): void {
  for (let at = 0; at + 2 < pixels.length; at += stride) {
    const [red, green, blue] = [light[pixels[at]!]!, light[pixels[at + 1]!]!, light[pixels[at + 2]!]!];
    for (let channel = 0; channel < 3; channel++) {
      const value = toSrgb[3 * channel]! * red + toSrgb[3 * channel + 1]! * green + toSrgb[3 * channel + 2]! * blue;
      pixels[at + channel] = levels[Math.round(Math.min(1, Math.max(0, value)) * steps)]!;
    }
  }
}

/** The curve of sRGB. Source: IEC 61966-2-1. */
function decode(value: number): number {
  return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
}

function encode(value: number): number {
  return value <= 0.0031308 ? value * 12.92 : 1.055 * value ** (1 / 2.4) - 0.055;
}
