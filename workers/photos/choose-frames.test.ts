/** @file Which frames of a video are offered, on candidates with known answers. */
import { describe, expect, test } from 'vitest';
import { chooseFrames, type FrameCandidate } from './choose-frames.ts';
import { frameLook, lookDifference } from './frame-look.ts';

const grey = new Uint8Array(256).fill(120);
const frame = (yaw: number | null | undefined, sharpness = 100, overview = grey): FrameCandidate => ({
  seconds: 0,
  sharpness,
  overview,
  pose: yaw === undefined ? undefined : yaw === null ? null : { yaw, pitch: 0 },
});

describe('chooseFrames', () => {
  test('of a head that turns once takes every turn once, in the order of the video', () => {
    const turning = [-30, -30, -29, -15, -14, 0, 0, 1, 15, 30].map((yaw, index) => frame(yaw, index === 1 ? 110 : 100));
    const chosen = chooseFrames(turning, 12);
    expect(chosen.map((index) => turning[index]!.pose!.yaw).map((yaw) => Math.round(yaw / 15) * 15)).toEqual([-30, -15, 0, 15, 30]);
    expect(chosen[0]).toBe(1); // The sharper of two alike.
  });

  test('never takes more than asked, and then those farthest apart', () => {
    const turning = Array.from({ length: 21 }, (_, index) => frame(index * 5 - 50));
    const three = chooseFrames(turning, 3).map((index) => turning[index]!.pose!.yaw);
    expect(three).toHaveLength(3);
    expect(Math.max(...three) - Math.min(...three)).toBe(100);
    expect(chooseFrames(turning, 12)).toHaveLength(12);
  });

  test('leaves out blur, frames without a face and copies', () => {
    const frames = [frame(0), frame(20, 10), frame(null), frame(0.5), frame(20)];
    expect(chooseFrames(frames, 12)).toEqual([0, 4]);
    expect(chooseFrames([frame(null), frame(null)], 12)).toEqual([]);
    expect(chooseFrames([], 12)).toEqual([]);
  });

  test('goes by the picture alone where nobody can look for faces', () => {
    const bright = new Uint8Array(256).fill(160);
    expect(chooseFrames([frame(undefined), frame(undefined, 90), frame(undefined, 100, bright)], 12)).toEqual([0, 2]);
  });
});

describe('frameLook', () => {
  const picture = (at: (x: number, y: number) => number): Parameters<typeof frameLook>[0] => {
    const rgb = new Uint8Array(64 * 64 * 3);
    for (let pixel = 0; pixel < 64 * 64; pixel++) rgb.fill(at(pixel % 64, Math.floor(pixel / 64)), pixel * 3, pixel * 3 + 3);
    return { widthPx: 64, heightPx: 64, rgb };
  };

  test('is zero for flat and for evenly rising light, and falls with blur', () => {
    expect(frameLook(picture(() => 90)).sharpness).toBe(0);
    expect(frameLook(picture((x) => x * 3)).sharpness).toBeCloseTo(0);
    const edge = frameLook(picture((x) => (x < 32 ? 0 : 200))).sharpness;
    const soft = frameLook(picture((x) => Math.min(200, Math.max(0, (x - 24) * 12)))).sharpness;
    expect(edge).toBeGreaterThan(10 * soft);
  });

  test('overviews differ by what changed', () => {
    expect(lookDifference(frameLook(picture(() => 90)), frameLook(picture(() => 100)))).toBeCloseTo(10, 0);
    expect(lookDifference(frameLook(picture((x) => (x < 32 ? 0 : 200))), frameLook(picture((x) => (x < 32 ? 200 : 0))))).toBeGreaterThan(150);
  });
});
