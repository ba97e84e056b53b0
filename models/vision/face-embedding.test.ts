import { expect, test } from 'vitest';
import { faceView } from './face-alignment.ts';
import type { DetectedFace } from './face-detector.ts';
import { apparentAge, cosine, embedderInput, meanEmbedding, normalise } from './face-embedding.ts';

test('cosine forgets length, and a vector of zeros is like nothing', () => {
  expect(cosine(Float32Array.of(3, 4), Float32Array.of(6, 8))).toBeCloseTo(1);
  expect(cosine(Float32Array.of(1, 0), Float32Array.of(1, 1))).toBeCloseTo(Math.SQRT1_2);
  expect(cosine(Float32Array.of(0, 0), Float32Array.of(1, 1))).toBe(0);
  expect(() => cosine(Float32Array.of(1), Float32Array.of(1, 1))).toThrow(expect.objectContaining({ code: 'shape-mismatch' }));
});

test('the mean embedding has length 1 and no face has none', () => {
  const mean = meanEmbedding([normalise([1, 0]), normalise([0, 1])]);
  expect([...mean].map((value) => value.toFixed(4))).toEqual(['0.7071', '0.7071']);
  expect(() => meanEmbedding([])).toThrow(expect.objectContaining({ code: 'face-missing' }));
});

test('the embedder is given blue, green, red less the means', () => {
  const grey = { widthPx: 1, heightPx: 1, rgb: Uint8Array.of(10, 20, 30) };
  const { data, shape } = embedderInput(grey, { centreX: 0.5, centreY: 0.5, sidePx: 0.01, angle: 0 });
  expect(shape).toEqual([1, 3, 224, 224]);
  const middle = 112 * 224 + 112;
  [30 - 103.939, 20 - 116.779, 10 - 123.68].forEach((value, channel) => expect(data[channel * 224 * 224 + middle]).toBeCloseTo(value, 0));
});

test('a tilted head turns the view with it, and the view reaches further towards the top of the head', () => {
  const at = (x: number, y: number): { x: number; y: number } => ({ x, y });
  // Lying on its left side in a picture twice as wide as high: the left eye is below the right one.
  const keypoints = {
    rightEye: at(0.5, 0.4),
    leftEye: at(0.5, 0.6),
    noseTip: at(0.45, 0.5),
    mouth: at(0.4, 0.5),
    rightEar: at(0.5, 0.3),
    leftEar: at(0.5, 0.7),
  };
  const face: DetectedFace = { score: 1, box: [0.4, 0.3, 0.6, 0.7], keypoints };
  const view = faceView(face, { widthPx: 200, heightPx: 100 });
  expect(view.angle).toBeCloseTo(Math.PI / 2);
  expect(view.sidePx).toBeCloseTo(64); // 1.6 boxes of 40 px
  expect(view.centreX).toBeCloseTo(104.8);
  expect(view.centreY).toBeCloseTo(50);
});

test('age is read around the likeliest year', () => {
  const belief = new Float32Array(100);
  belief.set([0.2, 0.5, 0.3], 33); // 34, 35, 36 years
  expect(apparentAge(belief)).toBeCloseTo(35.1);
});
