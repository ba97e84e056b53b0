import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { parseSafetensors, writeSafetensors } from '../formats/safetensors.ts';
import { float32, type Tensor } from '../tensor/tensor.ts';
import { createInterpreter } from '../testing/interpreter/interpreter-runner.ts';
import { memoryFolder } from '../testing/memory-folder.ts';
import { openDecoder, shrink } from './latent-preview.ts';

const golden = parseSafetensors(new Uint8Array(readFileSync(new URL('../testing/golden/families/vae-tiny-taesd.safetensors', import.meta.url))));
const weights = new Map([...golden.tensors].flatMap(([key, value]) => (key.startsWith('vae.') ? [[key.slice(4), value] as const] : [])));
const latent = golden.tensors.get('input.latent') as Tensor<'float32'>;

test('a decoder in a folder of its own, laid out as TAESD is, draws the picture of diffusers', async () => {
  const folder = memoryFolder('taesd', { 'config.json': golden.metadata['config'], 'diffusion_pytorch_model.safetensors': writeSafetensors(weights) });
  const decoder = await openDecoder(createInterpreter(), folder);
  const { widthPx, heightPx, rgb } = await decoder.draw(latent);
  const expected = golden.tensors.get('output.image')!;
  expect([1, 3, heightPx, widthPx]).toEqual(expected.shape);
  const area = widthPx * heightPx;
  // As VaeImageProcessor of diffusers: x / 2 + 0.5, cut to 0..1, times 255, rounded.
  const asBytes = Array.from(
    { length: 3 * area },
    (_, i) => Math.min(1, Math.max(0, Number(expected.data[(i % 3) * area + Math.floor(i / 3)]) / 2 + 0.5)) * 255,
  );
  expect(Math.max(...rgb.map((value, i) => Math.abs(value - asBytes[i]!)))).toBeLessThanOrEqual(0.51);
  await decoder.dispose();
});

test('a configuration that is none is refused', async () => {
  const folder = memoryFolder('taesd', { 'config.json': 'not JSON', 'diffusion_pytorch_model.safetensors': writeSafetensors(weights) });
  await expect(openDecoder(createInterpreter(), folder)).rejects.toMatchObject({ code: 'model-unknown' });
});

test('a latent is halved by means until it is at most 32 by 32; small and odd ones stay', () => {
  const large = float32(
    [1, 2, 64, 64],
    Array.from({ length: 2 * 64 * 64 }, (_, i) => (i % 64) + 100 * Math.floor(i / 4096)),
  );
  const half = shrink(large);
  expect(half.shape).toEqual([1, 2, 32, 32]);
  expect([...half.data.slice(0, 3)]).toEqual([0.5, 2.5, 4.5]);
  expect(half.data[1024]).toBe(100.5);
  expect(shrink(float32([1, 1, 128, 64], new Array(128 * 64).fill(3))).shape).toEqual([1, 1, 32, 16]);
  for (const shape of [
    [1, 1, 24, 32],
    [1, 1, 63, 64],
  ])
    expect(shrink(float32(shape, new Array(shape[2]! * shape[3]!).fill(0))).shape).toEqual(shape);
});
