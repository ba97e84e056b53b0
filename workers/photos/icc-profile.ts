/** @file Which colour space an ICC profile describes, as far as canvases know it. */

/** The colour spaces that `ImageData` takes. */
export type CanvasColour = 'srgb' | 'display-p3';

// Red, green and blue of Display P3 adapted to D50, as Apple's profile has them. Source: CSS Color 4, chapter 17 (lin_P3 to XYZ), Bradford.
const displayP3 = { rXYZ: [0.5151, 0.2412, -0.0011], gXYZ: [0.292, 0.6922, 0.0419], bXYZ: [0.1571, 0.0666, 0.7841] } as const;
/** sRGB's red is 0.079 away from P3's; profiles of one space differ by rounding. */
const tolerance = 0.01;

/**
 * `display-p3` for a profile with its primaries, `srgb` for everything else: phones write these two.
 *
 * Never throws: a damaged profile is `srgb`, which is what software without colour management would take it for.
 */
export function colourOfProfile(profile: Uint8Array): CanvasColour {
  const view = new DataView(profile.buffer, profile.byteOffset, profile.byteLength);
  if (profile.length < 132) return 'srgb';
  const matches = new Set<string>();
  const tagCount = Math.min(view.getUint32(128), 100);
  for (let index = 0; index < tagCount; index++) {
    const entry = 132 + index * 12;
    if (entry + 12 > profile.length) break;
    const name = String.fromCharCode(...profile.subarray(entry, entry + 4));
    const wanted = (displayP3 as Readonly<Record<string, readonly number[]>>)[name];
    const offset = view.getUint32(entry + 4);
    if (wanted === undefined || offset + 20 > profile.length) continue;
    if (wanted.every((value, axis) => Math.abs(view.getInt32(offset + 8 + axis * 4) / 65536 - value) < tolerance)) matches.add(name);
  }
  return matches.size === 3 ? 'display-p3' : 'srgb';
}
