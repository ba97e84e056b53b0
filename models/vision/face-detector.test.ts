import { expect, test } from 'vitest';
import { zeros } from '../tensor/tensor.ts';
import { decodeFaces, defaultDetection, mergeFaces, overlap, wholeView, type DetectedFace, type FaceBox } from './face-detector.ts';

function face(box: FaceBox, score: number): DetectedFace {
  const middle = { x: (box[0] + box[2]) / 2, y: (box[1] + box[3]) / 2 };
  return { box, score, keypoints: { rightEye: middle, leftEye: middle, noseTip: middle, mouth: middle, rightEar: middle, leftEar: middle } };
}

test('an anchor of the fine grid is decoded in shares of a picture that is not square', () => {
  const scores = zeros('float32', [1, 896, 1]);
  const boxes = zeros('float32', [1, 896, 16]);
  scores.data.fill(-20);
  const anchor = (3 * 16 + 5) * 2 + 1; // row 3, column 5, second of two: its centre lies at (88, 56) of 256
  scores.data[anchor] = Math.log(9); // 0.9
  boxes.data.set([8, -8, 64, 32, 4, 0], anchor * 16); // box centre (96, 48), 64 x 32; right eye (92, 56)
  const size = { widthPx: 512, heightPx: 256 }; // letterboxed into 512 x 512: 128 rows of edge above and below
  const [found, ...others] = decodeFaces(scores, boxes, wholeView(size), size, defaultDetection);
  expect(others).toEqual([]);
  expect(found!.score).toBeCloseTo(0.9);
  const pixels = [128, 64 - 128, 256, 128 - 128];
  found!.box.forEach((value, i) => expect(value).toBeCloseTo(pixels[i]! / (i % 2 === 0 ? 512 : 256)));
  expect(found!.keypoints.rightEye.x).toBeCloseTo(184 / 512);
  expect(found!.keypoints.rightEye.y).toBeCloseTo((112 - 128) / 256);
});

test('anchors of the coarse grid follow the 512 fine ones', () => {
  const scores = zeros('float32', [1, 896, 1]);
  scores.data.fill(-20);
  scores.data[512 + (7 * 8 + 7) * 6] = 3; // last cell: its centre lies at 240 of 256
  const size = { widthPx: 256, heightPx: 256 };
  const [found] = decodeFaces(scores, zeros('float32', [1, 896, 16]), wholeView(size), size, defaultDetection);
  expect(found!.box[0]).toBeCloseTo(240 / 256);
});

test('overlap is the shared area over the joint area', () => {
  expect(overlap([0, 0, 2, 2], [1, 0, 3, 2])).toBeCloseTo(2 / 6);
  expect(overlap([0, 0, 1, 1], [1, 0, 2, 1])).toBe(0);
});

test('boxes of one face are averaged by how sure they are; a further face must be surer than the first', () => {
  const merged = mergeFaces(
    [face([0, 0, 0.4, 0.4], 0.6), face([0.04, 0, 0.44, 0.4], 0.9), face([0.6, 0.6, 0.9, 0.9], 0.7), face([0.6, 0, 0.9, 0.3], 0.8)],
    defaultDetection,
  );
  expect(merged.map(({ score }) => score)).toEqual([0.9, 0.8]);
  expect(merged[0]!.box[0]).toBeCloseTo((0.04 * 0.9 + 0 * 0.6) / 1.5);
  expect(mergeFaces([face([0, 0, 1, 1], 0.55)], defaultDetection)).toHaveLength(1);
});
