/** @file The measures on pictures whose numbers are known by construction, and on any picture at all. On photographs: `workers/node/check-evaluation/measures.test.ts`. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { RgbPicture } from '../../pipelines/pixels.ts';
import type { FaceBox } from '../face-detector.ts';
import type { FaceLandmarks } from '../face-landmarks.ts';
import { colourMeasures } from './colour.ts';
import { coveredParts, foreignShare } from './covered.ts';
import { eyesShown } from './eyes-shown.ts';
import { fingerprint, fingerprintDistance, mirroredFingerprint } from './fingerprint.ts';
import { glassesSureness } from './glasses.ts';
import { lightMeasures } from './light.ts';
import { mouthHidden } from './mouth-shown.ts';
import { noiseLevel } from './noise.ts';
import { blurPlane, lumaPlane, resamplePlane, type Plane } from './plane.ts';
import { edgeBlur, sharpness } from './sharpness.ts';
import { skinColour } from './skin-colour.ts';
import { smoothingSureness } from './smoothing.ts';
import { isSurer, mayBeUpsideDown } from './upside-down.ts';

function painted(widthPx: number, heightPx: number, colour: (x: number, y: number) => readonly [number, number, number]): RgbPicture {
  const rgb = new Uint8Array(widthPx * heightPx * 3);
  for (let y = 0; y < heightPx; y++) for (let x = 0; x < widthPx; x++) rgb.set(colour(x, y), (y * widthPx + x) * 3);
  return { widthPx, heightPx, rgb };
}
const grey = (value: number): readonly [number, number, number] => [value, value, value];
const whole: FaceBox = [0, 0, 1, 1];
/** Steps of 20 px from dark to light and back. */
const bars: Plane = {
  widthPx: 160,
  heightPx: 160,
  values: Float32Array.from({ length: 160 * 160 }, (_, i) => (Math.floor((i % 160) / 20) % 2 === 0 ? 60 : 180)),
};

describe('edgeBlur', () => {
  test.each([1, 2, 3, 5])('finds the deviation of %d px that a step was blurred by', (sigma) => {
    expect(edgeBlur(blurPlane(bars, sigma), whole) * 160).toBeCloseTo(sigma, 0);
  });

  test('does not depend on the contrast, and little on the size of the picture', () => {
    const soft = blurPlane(bars, 3);
    const faint = { ...soft, values: soft.values.map((value) => 100 + (value - 100) / 5) };
    const large = resamplePlane(soft, { left: 0, top: 0, width: 160, height: 160 }, 480, 480);
    expect(edgeBlur(faint, whole)).toBeCloseTo(edgeBlur(soft, whole), 3);
    expect(Math.abs(edgeBlur(large, whole) / edgeBlur(soft, whole) - 1)).toBeLessThan(0.2);
  });

  test('a face with no edge at all is as blurred as can be', () => {
    expect(edgeBlur({ ...bars, values: bars.values.map(() => 90) }, whole)).toBe(0.1);
  });
});

test.each([1, 5, 20])('noiseLevel finds a noise of %d steps on a shaded wall, and none without', (sigma) => {
  let state = 7;
  const uniform = (): number => ((state = (Math.imul(state, 1664525) + 1013904223) >>> 0) + 0.5) / 2 ** 32;
  const wall = Float32Array.from({ length: 200 * 200 }, (_, i) => 90 + (i % 200) / 5);
  const grain = wall.map((value) => value + sigma * Math.sqrt(-2 * Math.log(uniform())) * Math.cos(2 * Math.PI * uniform()));
  expect(noiseLevel({ widthPx: 200, heightPx: 200, values: grain }) / sigma).toBeGreaterThan(0.85);
  expect(noiseLevel({ widthPx: 200, heightPx: 200, values: grain }) / sigma).toBeLessThan(1.1);
  expect(noiseLevel({ widthPx: 200, heightPx: 200, values: wall })).toBeLessThan(0.01);
});

test('lightMeasures: L* of known greys, shares without detail, and the side the light comes from', () => {
  // L* of sRGB 119 is 50.0 (CIE 15, IEC 61966-2-1); black and white hold no detail.
  expect(lightMeasures(painted(50, 40, () => grey(119))).meanLightness).toBeCloseTo(50, 0);
  expect(lightMeasures(painted(40, 40, (x) => grey(x < 10 ? 0 : x < 30 ? 119 : 255)))).toMatchObject({ darkShare: 0.25, brightShare: 0.25 });
  expect(lightMeasures(painted(40, 40, (x) => grey(x < 20 ? 119 : 0))).sideDifference).toBeCloseTo(50, 0);
});

test('colourMeasures: a tint on grey walls is a cast, a red jacket before grey walls is none', () => {
  expect(colourMeasures(painted(64, 64, (x) => grey(80 + x)))).toEqual({ chroma: expect.closeTo(0, 1), cast: [expect.closeTo(0, 1), expect.closeTo(0, 1)] });
  const jacket = colourMeasures(painted(64, 64, (x) => (x < 40 ? [200, 30, 30] : grey(120))));
  expect(Math.hypot(...jacket.cast)).toBeLessThan(0.5);
  expect(jacket.chroma).toBeGreaterThan(30);
  expect(colourMeasures(painted(64, 64, () => [60, 60, 160])).cast[1]).toBeLessThan(-40);
});

describe('fingerprint', () => {
  const anyPicture = fc
    .tuple(fc.integer({ min: 1, max: 40 }), fc.integer({ min: 1, max: 40 }), fc.uint8Array({ minLength: 64, maxLength: 64 }))
    .map(([w, h, bytes]) => painted(w, h, (x, y) => [bytes[(x * 7 + y * 13) % 64]!, bytes[(x * 3 + y) % 64]!, bytes[(x + y * 5) % 64]!]));

  test('that of the mirrored picture follows from the fingerprint alone, but for frequencies that are as good as absent', () => {
    fc.assert(
      fc.property(anyPicture, (picture) => {
        const mirrored = painted(picture.widthPx, picture.heightPx, (x, y) => {
          const at = (y * picture.widthPx + picture.widthPx - 1 - x) * 3;
          return [picture.rgb[at]!, picture.rgb[at + 1]!, picture.rgb[at + 2]!];
        });
        fc.pre(picture.widthPx > 8 && picture.heightPx > 8);
        expect(fingerprintDistance(mirroredFingerprint(fingerprint(picture)), fingerprint(mirrored))).toBeLessThanOrEqual(4);
      }),
    );
  });

  test('is 64 bits for any picture, 0 from itself, and mirroring twice changes nothing', () => {
    fc.assert(
      fc.property(anyPicture, (picture) => {
        const hash = fingerprint(picture);
        expect(hash).toMatch(/^[0-9a-f]{16}$/);
        expect(fingerprintDistance(hash, hash)).toBe(0);
        expect(mirroredFingerprint(mirroredFingerprint(hash))).toBe(hash);
      }),
    );
  });

  test('the distance counts bits', () => {
    expect(fingerprintDistance('ffffffffffffffff', '0000000000000000')).toBe(64);
    expect(fingerprintDistance('8000000000000001', '0000000000000000')).toBe(2);
  });
});

test('resamplePlane keeps the mean, and blurPlane too', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 50 }), fc.integer({ min: 1, max: 50 }), fc.double({ min: 0.3, max: 5, noNaN: true }), (widthPx, heightPx, sigma) => {
      const size = { left: 0, top: 0, width: 160, height: 160 };
      const mean = ({ values }: Plane): number => values.reduce((sum, value) => sum + value, 0) / values.length;
      expect(mean(resamplePlane(resamplePlane(bars, size, 160, 160), size, 160, 160))).toBeCloseTo(120, 1);
      expect(Math.abs(mean(resamplePlane(bars, size, widthPx, heightPx)) - 120)).toBeLessThan(0.01 * 120);
      expect(Math.abs(mean(blurPlane(bars, sigma)) - 120)).toBeLessThan(0.05 * 120);
    }),
    { numRuns: 20 },
  );
});

test('an even blue surface is foreign to skin, skin and unevenness are not', () => {
  const skin = [65, 15, 18] as const;
  expect(
    foreignShare(
      Array.from({ length: 50 }, () => [40, 5, -40] as const),
      skin,
    ),
  ).toBe(1);
  expect(
    foreignShare(
      Array.from({ length: 50 }, (_, i) => [60 + (i % 10), 15, 18] as const),
      skin,
    ),
  ).toBeLessThan(0.1);
  expect(
    foreignShare(
      Array.from({ length: 50 }, (_, i) => [(i * 37) % 60, 5, 8] as const),
      skin,
    ),
  ).toBeLessThan(0.45);
});

test('upside down needs doubt, a face inside the picture, and a much surer second look', () => {
  const face = { box: [0.3, 0.3, 0.6, 0.6], score: 1, keypoints: {} } as unknown as Parameters<typeof mayBeUpsideDown>[0];
  const mesh = (presence: number): FaceLandmarks => ({ points: new Float32Array(1404), presence });
  expect(mayBeUpsideDown(face, mesh(0.95))).toBe(true);
  expect(mayBeUpsideDown(face, mesh(0.99999))).toBe(false);
  expect(mayBeUpsideDown({ ...face, box: [-0.3, 0.3, 0.2, 0.6] }, mesh(0.95))).toBe(false);
  expect(isSurer(mesh(0.99999), mesh(0.95))).toBe(true);
  expect(isSurer(mesh(0.9995), mesh(0.999))).toBe(false);
});

test('any picture, box and mesh give finite numbers within their ranges, never a throw', () => {
  const share = fc.double({ min: -2, max: 3, noNaN: true });
  const cases = fc.record({
    widthPx: fc.integer({ min: 1, max: 60 }),
    heightPx: fc.integer({ min: 1, max: 60 }),
    seed: fc.nat(),
    box: fc.tuple(share, share, share, share),
    centre: fc.tuple(share, share),
    spread: fc.double({ min: 0, max: 100, noNaN: true }),
    presence: fc.double({ min: 0, max: 1, noNaN: true }),
  });
  fc.assert(
    fc.property(cases, ({ widthPx, heightPx, seed, box, centre, spread, presence }) => {
      const picture = painted(widthPx, heightPx, (x, y) => [(x * seed) % 256, (y * seed + x) % 256, (x * y) % 256]);
      const points = Float32Array.from({ length: 1404 }, (_, i) => centre[(i % 3) as 0 | 1]! * widthPx + spread * Math.sin(i * (seed % 97)));
      const landmarks = { points, presence };
      const luma = lumaPlane(picture);
      const skin = skinColour(picture, landmarks);
      const { eyes, lowerFace } = coveredParts(picture, landmarks, skin);
      expect(eyesShown(luma, landmarks)).toBeGreaterThanOrEqual(0);
      for (const sureness of [
        mouthHidden(picture, landmarks, Math.hypot(skin[1], skin[2])),
        sharpness(luma, box),
        eyes,
        lowerFace,
        glassesSureness(luma, landmarks),
        smoothingSureness(luma, landmarks),
      ]) {
        expect(sureness).toBeGreaterThanOrEqual(0);
        expect(sureness).toBeLessThanOrEqual(1);
      }
      const light = lightMeasures(picture, box);
      const { chroma, cast } = colourMeasures(picture);
      expect([...skin, ...Object.values(light), chroma, ...cast, noiseLevel(luma), eyesShown(luma, landmarks)].every(Number.isFinite)).toBe(true);
    }),
    { numRuns: 300 },
  );
});
