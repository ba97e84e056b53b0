import fc from 'fast-check';
import { expect, test } from 'vitest';
import { fromHalfBits, narrowToHalves, overflowsHalf, toHalfBits, widenHalves } from './float16.ts';

const everyHalf = Uint16Array.from({ length: 65536 }, (_, bits) => bits);

/** IEEE 754-2019, 3.4, written independently of the code under test: parse the fields of a binary string. */
function halfByDefinition(bits: number): number {
  const text = bits.toString(2).padStart(16, '0');
  const sign = text.startsWith('1') ? -1 : 1;
  const exponent = Number.parseInt(text.slice(1, 6), 2);
  const fraction = Number.parseInt(text.slice(6), 2) / 1024;
  if (exponent === 31) return fraction === 0 ? sign * Infinity : NaN;
  return exponent === 0 ? sign * 2 ** -14 * fraction : sign * 2 ** (exponent - 15) * (1 + fraction);
}

test('every one of the 65,536 halves widens to the number the standard gives it', () => {
  const values = widenHalves(everyHalf);
  for (let bits = 0; bits < 65536; bits++) {
    if (!Object.is(values[bits], halfByDefinition(bits))) expect.fail(`0x${bits.toString(16)} became ${values[bits]}`);
  }
  expect(fromHalfBits(0x3c00)).toBe(1);
  expect(fromHalfBits(0xfbff)).toBe(-65504);
});

test('every half that is not NaN survives widening and narrowing, NaN stays NaN', () => {
  const back = narrowToHalves(widenHalves(everyHalf));
  for (let bits = 0; bits < 65536; bits++) {
    const isNan = (bits & 0x7c00) === 0x7c00 && (bits & 0x3ff) !== 0;
    if (isNan ? !Number.isNaN(fromHalfBits(back[bits]!)) : back[bits] !== bits) expect.fail(`0x${bits.toString(16)}`);
  }
});

test('halfway between two neighbouring halves goes to the even one, a hair beside it to the nearer one', () => {
  for (let bits = 0; bits < 0x7bff; bits++) {
    const middle = (halfByDefinition(bits) + halfByDefinition(bits + 1)) / 2; // exact in float32
    const even = bits % 2 === 0 ? bits : bits + 1;
    if (toHalfBits(middle) !== even) expect.fail(`0x${bits.toString(16)}: ${middle}`);
    if (toHalfBits(middle * (1 - 2 ** -23)) !== bits) expect.fail(`below the middle above 0x${bits.toString(16)}`);
    if (toHalfBits(middle * (1 + 2 ** -23)) !== bits + 1) expect.fail(`above the middle above 0x${bits.toString(16)}`);
    if (toHalfBits(-middle) !== (even | 0x8000)) expect.fail(`negative 0x${bits.toString(16)}`);
  }
});

test('values at the ends of the range become zero, the largest half or infinity', () => {
  expect(toHalfBits(65519.996)).toBe(0x7bff);
  expect(toHalfBits(65520)).toBe(0x7c00);
  expect(toHalfBits(-Infinity)).toBe(0xfc00);
  expect(toHalfBits(2 ** -25)).toBe(0);
  expect(toHalfBits(-(2 ** -25))).toBe(0x8000);
  expect(toHalfBits(2 ** -25 * 1.0001)).toBe(1);
  expect([overflowsHalf(65520), overflowsHalf(65519), overflowsHalf(Infinity)]).toEqual([true, false, false]);
});

test('no half is nearer to a float32 than the one it is rounded to', () => {
  fc.assert(
    fc.property(fc.float({ min: -65504, max: 65504, noNaN: true }), (value) => {
      const bits = toHalfBits(value);
      const error = Math.abs(halfByDefinition(bits) - value);
      const neighbours = [bits - 1, bits + 1].filter((other) => (other & 0x7fff) < 0x7c00 && other >= 0);
      return neighbours.every((other) => error <= Math.abs(halfByDefinition(other) - value));
    }),
    { numRuns: 5000 },
  );
});

test('arrays convert like single values, also through views that do not start at zero', () => {
  const values = new Float32Array([9, 0.1, -3.14159, 70000, 1e-7]).subarray(1);
  expect([...narrowToHalves(values)]).toEqual([...values].map(toHalfBits));
});
