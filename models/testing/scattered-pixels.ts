/** @file A picture that looks like noise and needs no file. */

/** @returns `count` numbers of 0 to 1 that scatter over the range, the same each time */
export function scatteredPixels(count: number): Float32Array {
  return Float32Array.from({ length: count }, (_, i) => ((i * 7919 + Math.floor(i / 97) * 31) % 251) / 250);
}
