import { expect, test } from 'vitest';
import type { DetectedFace } from './face-detector.ts';
import { headPose, poseFromKeypoints } from './head-pose.ts';
import type { Turn } from './rigid-turn.ts';

/** A head that is first tilted, then raised, then turned, as three matrices in a row; x to the right, y down, z away. */
function turned(yaw: number, pitch: number, roll: number): Turn {
  const [y, p, r] = [-yaw, -pitch, roll].map((degrees) => (degrees * Math.PI) / 180) as [number, number, number];
  const multiply = (a: number[][], b: number[][]): number[][] => a.map((row) => b[0]!.map((_, j) => row.reduce((sum, value, k) => sum + value * b[k]![j]!, 0)));
  const about = {
    y: [[Math.cos(y), 0, Math.sin(y)], [0, 1, 0], [-Math.sin(y), 0, Math.cos(y)]],
    x: [[1, 0, 0], [0, Math.cos(p), -Math.sin(p)], [0, Math.sin(p), Math.cos(p)]],
    z: [[Math.cos(r), -Math.sin(r), 0], [Math.sin(r), Math.cos(r), 0], [0, 0, 1]],
  }; // prettier-ignore
  return multiply(multiply(about.y, about.x), about.z) as unknown as Turn;
}

test.each([
  { yaw: 0, pitch: 0, roll: 0 },
  { yaw: 35, pitch: -12, roll: 6 },
  { yaw: -50, pitch: 20, roll: -30 },
  { yaw: 10, pitch: 5, roll: 175 },
])('a head turned by $yaw, $pitch and $roll degrees is read so', (pose) => {
  const read = headPose(turned(pose.yaw, pose.pitch, pose.roll));
  for (const axis of ['yaw', 'pitch', 'roll'] as const) expect(read[axis]).toBeCloseTo(pose[axis], 6);
});

test('a nose that points at the viewer, to the right, and up is 0, right and up', () => {
  const sight = (turn: Turn): number[] => turn.map((row) => -row[2]);
  expect(sight(turned(30, 0, 0))[0]).toBeGreaterThan(0); // x to the right
  expect(sight(turned(0, 30, 0))[1]).toBeLessThan(0); // y down
});

const point = (x: number, y: number): { x: number; y: number } => ({ x, y });
const face = (noseX: number, rightEarX: number, leftEarX: number): DetectedFace => ({
  box: [0.3, 0.3, 0.7, 0.7],
  score: 0.9,
  keypoints: {
    rightEye: point(0.45, 0.4),
    leftEye: point(0.55, 0.4),
    noseTip: point(noseX, 0.5),
    mouth: point(noseX, 0.6),
    rightEar: point(rightEarX, 0.45),
    leftEar: point(leftEarX, 0.45),
  },
});

test('a head in profile is read from where the nose lies beside the ears', () => {
  const size = { widthPx: 100, heightPx: 100 };
  expect(poseFromKeypoints(face(0.5, 0.35, 0.65), size)).toEqual({ yaw: 0, pitch: 0, roll: 0 });
  expect(poseFromKeypoints(face(0.75, 0.45, 0.5), size).yaw).toBeGreaterThan(75);
  expect(poseFromKeypoints(face(0.25, 0.5, 0.55), size).yaw).toBeLessThan(-75);
});
