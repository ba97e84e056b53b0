/** A checkpoint in one file: features, latents and picture against diffusers. Goldens: models/testing/reference/single_file.py */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, test } from 'vitest';
import { parseSafetensors } from '#models/formats/safetensors.ts';
import { LoadedModel } from '#models/pipelines/loaded-model.ts';
import type { OpenModelOptions } from '#models/pipelines/open-model.ts';
import { textToImage } from '#models/pipelines/text-to-image.ts';
import { openModelDirectory } from '../model-directory.ts';
import { createNodeRunner } from '../ort-node-runner.ts';

const goldenFolder = new URL('../../../models/testing/golden/single-file/', import.meta.url);
const runner = createNodeRunner();
afterAll(() => runner.dispose());

/** What a tiny model cannot say by its shapes, and the published ones need not. */
const options: Readonly<Record<'clip' | 'open-clip', OpenModelOptions>> = {
  clip: { overrides: { unet: { norm_num_groups: 2, attention_head_dim: 2 }, vae: { norm_num_groups: 2 }, text_encoder: { num_attention_heads: 2 } } },
  'open-clip': {
    prediction: 'v_prediction',
    overrides: { unet: { norm_num_groups: 2, attention_head_dim: [2, 4, 4] }, vae: { norm_num_groups: 2 }, text_encoder: { num_attention_heads: 2 } },
  },
};

function largestShareOff(found: Float32Array, expected: Float32Array): number {
  expect(found.length).toBe(expected.length);
  const largest = expected.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  return found.reduce((most, value, i) => Math.max(most, Math.abs(value - expected[i]!)), 0) / largest;
}

describe.each(['clip', 'open-clip'] as const)('%s', (kind) => {
  const folder = fileURLToPath(new URL(`${kind}/`, goldenFolder));
  const { tensors, metadata } = parseSafetensors(new Uint8Array(readFileSync(`${folder}/expected.safetensors`)));
  const expected = (name: string): Float32Array => tensors.get(name)!.data as Float32Array;

  test('its text features, encoded picture and drawn latents are those of diffusers', async () => {
    const model = await LoadedModel.load(runner, openModelDirectory(`${folder}/checkpoint.safetensors`), options[kind]);
    const features = await model.encodePrompts([metadata['prompt']!, metadata['negative']!]);
    expect(largestShareOff(features.data as Float32Array, expected('features'))).toBeLessThan(1e-5);
    const latent = await model.encode(tensors.get('image')!);
    expect(largestShareOff(latent.data as Float32Array, expected('latent'))).toBeLessThan(1e-4);
    const drawing = textToImage(model, {
      prompt: metadata['prompt']!,
      negativePrompt: metadata['negative']!,
      widthPx: 32,
      heightPx: 48,
      scheduler: 'ddim',
      steps: 4,
      guidance: 5,
      seed: 3,
      loras: [],
    });
    let drawn = await drawing.next();
    while (drawn.done !== true) drawn = await drawing.next();
    const { latents, picture } = drawn.value;
    expect(largestShareOff(latents.data, expected('latents'))).toBeLessThan(1e-4);
    const planes = expected('picture');
    const area = planes.length / 3;
    const worst = picture.rgb.reduce((most, byte, i) => Math.max(most, Math.abs(byte / 255 - planes[(i % 3) * area + Math.floor(i / 3)]!)), 0);
    expect(worst).toBeLessThan(1.5 / 255);
  });
});
