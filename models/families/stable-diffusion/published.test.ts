/** @file Published configurations are read whole, and their graphs ask for as many numbers as the published files hold. */
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import type { Graph } from '../../graph/graph.ts';
import { schedulers, defaultSchedulerId, readSchedulerConfig } from '../../schedulers/index.ts';
import { readStableDiffusion } from './index.ts';

type Published = Record<'model_index' | 'unet' | 'text_encoder' | 'vae' | 'scheduler', Record<string, unknown>>;
const folder = new URL('../../testing/reference/conformance/published/', import.meta.url);
const read = (name: string): Published => JSON.parse(readFileSync(new URL(`${name}.json`, folder), 'utf8')) as Published;

function parameterCount(graphs: readonly Graph[]): number {
  const sizes = new Map(graphs.flatMap(({ parameters }) => parameters.map(({ name, shape }) => [name, shape.reduce((a, b) => a * b, 1)] as const)));
  return [...sizes.values()].reduce((sum, size) => sum + size, 0);
}

/** Numbers of parameters as diffusers and transformers count them; those of the UNets are published too. */
const cases = [
  { name: 'sd-1.5', unet: 859_520_964, textEncoder: 123_060_480, vae: 83_653_863, native: 64 },
  { name: 'sd-2.1', unet: 865_910_724, textEncoder: 340_387_840, vae: 83_653_863, native: 96 },
  { name: 'sd-turbo', unet: 865_910_724, textEncoder: 340_387_840, vae: 83_653_863, native: 64 },
  { name: 'bk-sdm-tiny', unet: 323_384_964, textEncoder: 123_060_480, vae: 83_653_863, native: 64 },
  { name: 'sdxs-512', unet: 315_746_244, textEncoder: 123_060_480, vae: 2_445_063, native: 64 },
];

describe.each(cases)('$name', ({ name, unet, textEncoder, vae, native }) => {
  const published = read(name);
  const model = readStableDiffusion({ modelIndex: published.model_index, unet: published.unet, textEncoder: published.text_encoder, vae: published.vae });

  test('has the published numbers of parameters', () => {
    const side = 8 * model.vae.downscale;
    expect(parameterCount([model.buildUnet({ batch: 1, height: 8, width: 8, contextLength: 77, attention: 'fused' })])).toBe(unet);
    expect(parameterCount([model.buildTextEncoder({ batch: 1, length: 77 })])).toBe(textEncoder);
    expect(parameterCount([model.buildImageEncoder({ batch: 1, height: side, width: side }), model.buildImageDecoder({ batch: 1, height: 8, width: 8 })])).toBe(
      vae,
    );
  });

  test('draws at its own size with its own scheduler', () => {
    expect(model.unet.sampleSize).toEqual([native, native]);
    const config = readSchedulerConfig(JSON.stringify(published.scheduler));
    const { diffusersClass, create } = schedulers[defaultSchedulerId(config)];
    expect(diffusersClass).toBe(published.scheduler['_class_name']);
    expect(create(config, 4).timesteps.length).toBeGreaterThanOrEqual(4);
  });
});

test('BK-SDM-small has four levels, one layer in each and no middle', () => {
  const published = read('sd-1.5');
  const unet = { ...published.unet, layers_per_block: 1, mid_block_type: null };
  const model = readStableDiffusion({ modelIndex: published.model_index, unet, textEncoder: published.text_encoder, vae: published.vae });
  expect(parameterCount([model.buildUnet({ batch: 1, height: 8, width: 8, contextLength: 77, attention: 'fused' })])).toBe(482_346_884);
});
