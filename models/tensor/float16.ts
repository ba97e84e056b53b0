/** @file Half precision as raw bits: float16 <-> float32, rounding to the nearest and ties to even, as IEEE 754 asks. */

const scratchFloat = new Float32Array(1);
const scratchBits = new Uint32Array(scratchFloat.buffer);

/** All 65,536 halves as float32: 256 KiB, built at the first use, because a lookup is the fastest widening JavaScript has. */
let widened: Float32Array | undefined;

function computeHalf(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >>> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0x1f) return fraction === 0 ? sign * Infinity : NaN;
  return exponent === 0 ? sign * fraction * 2 ** -24 : sign * (1024 + fraction) * 2 ** (exponent - 25);
}

function wideningTable(): Float32Array {
  return (widened ??= Float32Array.from({ length: 65536 }, (_, bits) => computeHalf(bits)));
}

/** The number that 16 bits of float16 stand for; exact. */
export function fromHalfBits(bits: number): number {
  return wideningTable()[bits & 0xffff]!;
}

/** The 16 bits of the float16 nearest to `value`: ties to even, infinity from 65520 up, one quiet NaN. */
export function toHalfBits(value: number): number {
  scratchFloat[0] = value;
  return narrow(scratchBits[0]!);
}

/** float32 bits -> float16 bits. */
function narrow(bits: number): number {
  const sign = (bits >>> 16) & 0x8000;
  const magnitude = bits & 0x7fffffff;
  if (magnitude >= 0x47800000) return sign | (magnitude > 0x7f800000 ? 0x7e00 : 0x7c00); // 65536 and more, Infinity, NaN
  if (magnitude >= 0x38800000) {
    // Normal halves. A carry out of the fraction raises the exponent, up to infinity: exactly what rounding wants.
    return sign | ((magnitude + 0xfff + ((magnitude >>> 13) & 1) - 0x38000000) >>> 13);
  }
  if (magnitude <= 0x33000000) return sign; // 2^-25 is halfway to the least subnormal, and the even neighbour is zero
  const shift = 126 - (magnitude >>> 23);
  const significand = (magnitude & 0x7fffff) | 0x800000;
  return sign | ((significand + (1 << (shift - 1)) - 1 + ((significand >>> shift) & 1)) >>> shift);
}

/**
 * Widens halves to float32; exact.
 *
 * @param halves raw float16 bits, any length. Not changed.
 * @param into   where to write; a new array of the same length if left out
 * @returns `into`
 */
export function widenHalves(halves: Uint16Array, into = new Float32Array(halves.length)): Float32Array {
  const table = wideningTable();
  for (let index = 0; index < halves.length; index++) into[index] = table[halves[index]!]!;
  return into;
}

/**
 * Rounds float32 values to halves.
 *
 * @param values any length. Not changed.
 * @param into   where to write the raw float16 bits; a new array of the same length if left out
 * @returns `into`
 */
export function narrowToHalves(values: Float32Array, into = new Uint16Array(values.length)): Uint16Array {
  const bits = new Uint32Array(values.buffer, values.byteOffset, values.length);
  for (let index = 0; index < values.length; index++) into[index] = narrow(bits[index]!);
  return into;
}

/** True if a finite float32 would become infinite as a half. */
export function overflowsHalf(value: number): boolean {
  return Number.isFinite(value) && Math.abs(value) >= 65520;
}
