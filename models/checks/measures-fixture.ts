/** @file Measures for the tests of the rules: of a good photo, and any that fast-check makes up. */
import fc from 'fast-check';
import type { FaceMeasures, PhotoMeasures } from '../vision/photo-measures.ts';

export const goodFace: FaceMeasures = {
  box: [0.3, 0.2, 0.7, 0.7],
  score: 0.95,
  pose: { yaw: 5, pitch: -3, roll: 2 },
  eyeOpening: { right: 0.3, left: 0.31 },
  eyesShown: 1.8,
  mouth: { opening: 0.05, smile: 0.02 },
  sharpness: 1,
  light: { meanLightness: 60, darkShare: 0.01, brightShare: 0.01, sideDifference: 3 },
  skin: [65, 15, 18],
  covered: { eyes: 0, lowerFace: 0 },
  glasses: 0,
  smoothing: 0,
  embedding: null,
  apparentAgeYears: 40,
  apparentWoman: 0.5,
};

export const goodPhoto: PhotoMeasures = {
  widthPx: 800,
  heightPx: 1000,
  faces: [goodFace],
  light: goodFace.light,
  chroma: 18,
  cast: [1, 2],
  noise: 2,
  fingerprint: '0123456789abcdef',
  nudity: 0.01,
  personShare: 0.4,
  backdrop: [60, 0, 0],
};

// The product of two still fits a double.
const any = fc.double({ min: -1e150, max: 1e150, noNaN: true });
const maybe = fc.option(any);
const light = fc.record({ meanLightness: any, darkShare: any, brightShare: any, sideDifference: any });
const triple = fc.tuple(any, any, any);
const face: fc.Arbitrary<FaceMeasures> = fc.record({
  box: fc.tuple(any, any, any, any),
  score: any,
  pose: fc.record({ yaw: any, pitch: any, roll: any }),
  eyeOpening: fc.record({ right: any, left: any }),
  eyesShown: any,
  mouth: fc.record({ opening: any, smile: any }),
  sharpness: any,
  light,
  skin: triple,
  covered: fc.record({ eyes: any, lowerFace: any }),
  glasses: any,
  smoothing: any,
  embedding: fc.option(fc.float32Array({ minLength: 4, maxLength: 4, noNaN: true, noDefaultInfinity: true })),
  apparentAgeYears: maybe,
  apparentWoman: maybe,
});

/** Any finite numbers, sensible or not. */
export const anyMeasures: fc.Arbitrary<PhotoMeasures> = fc.record({
  widthPx: fc.integer({ min: 1, max: 10_000 }),
  heightPx: fc.integer({ min: 1, max: 10_000 }),
  faces: fc.array(face, { maxLength: 3 }),
  light,
  chroma: any,
  cast: fc.tuple(any, any),
  noise: any,
  fingerprint: fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }).map((bits) => bits.toString(16).padStart(16, '0')),
  nudity: maybe,
  personShare: maybe,
  backdrop: fc.option(triple),
});
