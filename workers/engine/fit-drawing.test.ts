import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { drawingNeed, totalBytes } from '#models/budget/memory-need.ts';
import { readStableDiffusion } from '#models/families/stable-diffusion/index.ts';
import { zeros } from '#models/tensor/tensor.ts';
import { wasmMemory, webGpuMemory } from './engine-memory.ts';
import { requireRoomToDraw } from './fit-drawing.ts';

const published = (name: string) => {
  const {
    model_index: modelIndex,
    unet,
    text_encoder: textEncoder,
    vae,
  } = JSON.parse(readFileSync(new URL(`../../models/testing/reference/conformance/published/${name}.json`, import.meta.url), 'utf8')) as Record<
    string,
    unknown
  >;
  return readStableDiffusion({ modelIndex, unet, textEncoder, vae });
};
const gigabytes = 1e9;
const card = webGpuMemory({ maxStorageBufferBindingSize: 2 ** 31, maxBufferSize: 2 ** 31 }, 8);
const full = published('sd-1.5');

test('Stable Diffusion 1.5 draws on a graphics card, and is refused with the numbers where wasm cannot address its weights', () => {
  expect(() => {
    requireRoomToDraw(full, [512, 512], [], card);
  }).not.toThrow();
  expect(() => {
    requireRoomToDraw(full, [512, 512], [], wasmMemory());
  }).toThrow(
    expect.objectContaining({
      code: 'model-too-large',
      message: expect.stringMatching(/^3.0 GiB can be used here; drawing at 512 x 512 px takes \d\.\d GiB, 3\.\d GiB of them for the weights$/) as string,
    }) as Error,
  );
});

test('a small model draws on wasm', () => {
  expect(() => {
    requireRoomToDraw(published('sdxs-512'), [512, 512], [], wasmMemory());
  }).not.toThrow();
});

test('LCM-LoRA takes no more than drawing does: its 67.5 million factors are gone before the first picture', () => {
  const lcm = { factorBytes: 4 * 67.5e6, layerBytes: 4 * (2 * 1280 * 2560 * 9 + 64 * (1280 + 2560 * 9)) };
  expect(drawingNeed(full, 512, 512, card, lcm)).toEqual(drawingNeed(full, 512, 512, card));
  // Where a picture is small, merging is the worst moment: factors, and 1280 x 2560 x 3 x 3 twice.
  const [small, merged] = [drawingNeed(full, 64, 64, card), drawingNeed(full, 64, 64, card, lcm)];
  expect(merged.activationBytes).toBe(lcm.factorBytes + lcm.layerBytes);
  expect(totalBytes(merged) - totalBytes(small)).toBeLessThan(0.6 * gigabytes);
});

test('factors that do not fit are counted, each layer with the ranks of all likenesses', () => {
  const wide = (rank: number) => ({
    weights: new Map([['unet.conv_in', { down: zeros('float32', [rank, 4, 3, 3]), up: zeros('float32', [320, rank, 1, 1]), scale: 1 }]]),
    weight: 1,
  });
  const room = { ...card, availableBytes: totalBytes(drawingNeed(full, 64, 64, card)) };
  expect(() => {
    requireRoomToDraw(full, [64, 64], [wide(2)], room);
  }).not.toThrow();
  expect(() => {
    requireRoomToDraw(full, [64, 64], [wide(40_000), wide(40_000)], room);
  }).toThrow(expect.objectContaining({ code: 'model-too-large' }) as Error);
});
