import { expect, test } from 'vitest';
import { labFromRgb } from './backdrop.ts';
import { personMaskSize } from './person-mask-net.ts';
import { backdropBehind, personShare, type PersonMask } from './person-mask.ts';

/** The left part of the square is a person in red, the rest a blue wall. */
function mask(personColumns: number): PersonMask {
  const rgb = new Uint8Array(personMaskSize ** 2 * 3);
  const person = new Float32Array(personMaskSize ** 2);
  for (let i = 0; i < person.length; i++) {
    const isPerson = i % personMaskSize < personColumns;
    person[i] = isPerson ? 0.98 : 0.01;
    rgb.set(isPerson ? [255, 0, 0] : [20, 40, 200], 3 * i);
  }
  return { square: { widthPx: personMaskSize, heightPx: personMaskSize, rgb }, person };
}

test('the share and the colour behind are those of the mask', () => {
  expect(personShare(mask(64))).toBe(0.25);
  expect(backdropBehind(mask(64))).toEqual(labFromRgb(20, 40, 200));
});

test('a person who fills the picture leaves no backdrop', () => {
  expect(backdropBehind(mask(254))).toBeNull();
});
