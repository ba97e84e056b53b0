/** @file Every model part against diffusers and transformers, on small random configurations that cover the branches. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { parseSafetensors } from '#models/formats/safetensors.ts';
import { buildKlDecoder, buildKlEncoder, readAutoencoderKlConfig } from '#models/families/stable-diffusion/autoencoder-kl.ts';
import { buildTinyDecoder, buildTinyEncoder, readAutoencoderTinyConfig } from '#models/families/stable-diffusion/autoencoder-tiny.ts';
import { readClipTextConfig } from '#models/families/stable-diffusion/clip-text-config.ts';
import { buildTextEncoder } from '#models/families/stable-diffusion/text-encoder.ts';
import { readUnetConfig } from '#models/families/stable-diffusion/unet-config.ts';
import { buildUnet, timeFeatures, unetStages } from '#models/families/stable-diffusion/unet.ts';
import { GraphBuilder } from '#models/graph/graph-builder.ts';
import type { Graph, Value } from '#models/graph/graph.ts';
import { verifyGraph } from '#models/graph/verify-graph.ts';
import type { Tensor } from '#models/tensor/tensor.ts';
import { createNodeRunner } from '../ort-node-runner.ts';

const folder = new URL('../../../models/testing/golden/families/', import.meta.url);
const runner = createNodeRunner({ threads: 1 });

/** One golden file: weights by parameter name, inputs and outputs by name in the graph. */
function readCase(name: string) {
  const { tensors, metadata } = parseSafetensors(new Uint8Array(readFileSync(new URL(`${name}.safetensors`, folder))));
  const group = (prefix: string) => new Map([...tensors].filter(([key]) => key.startsWith(prefix)).map(([key, tensor]) => [key.slice(prefix.length), tensor]));
  const weights = new Map([...tensors].filter(([key]) => !/^(in|out)put\./.test(key)));
  return { weights, inputs: group('input.'), outputs: group('output.'), config: JSON.parse(metadata['config']!) as unknown, metadata };
}

const namesOf = (kind: string): string[] =>
  readdirSync(folder)
    .filter((file) => file.startsWith(`${kind}-`))
    .map((file) => file.replace('.safetensors', ''));

/** Runs the graph, requires that it reads every weight named `weightPrefix...`, and gives each output's largest error. */
async function largestErrors(graph: Graph, { weights, inputs, outputs }: ReturnType<typeof readCase>, weightPrefix: string): Promise<Record<string, number>> {
  verifyGraph(graph);
  const read = new Set(graph.parameters.map(({ name }) => name));
  expect([...weights.keys()].filter((name) => name.startsWith(weightPrefix) && !read.has(name))).toEqual([]);
  const placed = await runner.upload(weights);
  const compiled = await runner.compile(graph, [placed]);
  const results = await compiled.run(Object.fromEntries(inputs));
  await compiled.dispose();
  placed.dispose();
  return Object.fromEntries(Object.entries(results).map(([name, result]) => [name, largestDifference(result, outputs.get(name)!)]));
}

function largestDifference(a: Tensor, b: Tensor): number {
  expect(a.shape).toEqual(b.shape);
  return Array.from(a.data as Float32Array).reduce((worst, value, i) => Math.max(worst, Math.abs(value - (b.data as Float32Array)[i]!)), 0);
}

function expectClose(errors: Record<string, number>, ...outputs: string[]): void {
  expect(Object.keys(errors).sort()).toEqual(outputs.sort());
  for (const [name, error] of Object.entries(errors)) expect(error, name).toBeLessThan(1e-4);
  if (process.env['PRINT_ERRORS'] !== undefined) console.log(expect.getState().currentTestName, errors);
}

describe.each(namesOf('unet'))('%s', (name) => {
  const golden = readCase(name);
  const config = readUnetConfig(golden.config);
  golden.inputs.set('time_features', timeFeatures(config, golden.inputs.get('timestep')!.data as Float32Array));
  const [batch, , height, width] = golden.inputs.get('sample')!.shape as [number, number, number, number];
  const size = { batch, height, width, contextLength: golden.inputs.get('encoder_hidden_states')!.shape[1]! };

  test.each([{ attention: 'fused' as const }, { attention: 'decomposed' as const }, { attention: 'decomposed' as const, attentionBytes: 500 }])(
    'equals diffusers with $attention attention, limit $attentionBytes',
    async (options) => {
      expectClose(await largestErrors(buildUnet(config, { ...size, ...options }), golden, ''), 'noise_pred');
    },
  );

  test('is the same as its stages one after the other', async () => {
    const builder = new GraphBuilder('stages');
    const values = new Map<string, Value>([...golden.inputs].map(([key, { dtype, shape }]) => [key, builder.input(key, dtype, shape)]));
    for (const stage of unetStages(config, size, { attention: 'decomposed' })) {
      // Only what the stage declares: a hidden dependency would be a missing value.
      const built = stage.build(builder, new Map(stage.inputs.map((input) => [input, values.get(input)!])));
      expect([...built.keys()]).toEqual(stage.outputs);
      for (const [key, value] of built) values.set(key, value);
    }
    builder.output('noise_pred', values.get('noise_pred')!);
    expectClose(await largestErrors(builder.build(), golden, ''), 'noise_pred');
  });
});

test.each(namesOf('text'))('%s equals transformers', async (name) => {
  const golden = readCase(name);
  const [batch, length] = golden.inputs.get('input_ids')!.shape as [number, number];
  const skippedLayers = Number(golden.metadata['skippedLayers']);
  const graph = buildTextEncoder(readClipTextConfig(golden.config), { batch, length, skippedLayers });
  expectClose(await largestErrors(graph, golden, skippedLayers > 0 ? 'text_encoder.text_model.encoder.layers.0' : ''), 'last_hidden_state');
});

describe.each(namesOf('vae'))('%s', (name) => {
  const golden = readCase(name);
  const { config } = golden;
  const tiny = (config as { _class_name: string })._class_name === 'AutoencoderTiny';
  const sizeOf = (input: string) => {
    const [batch, , height, width] = golden.inputs.get(input)!.shape as [number, number, number, number];
    return { batch, height, width };
  };

  test('encodes as diffusers does', async () => {
    const graph = tiny
      ? buildTinyEncoder(readAutoencoderTinyConfig(config), sizeOf('image'))
      : buildKlEncoder(readAutoencoderKlConfig(config), sizeOf('image'));
    expectClose(await largestErrors(graph, golden, 'vae.encoder'), ...(tiny ? ['latent_mean'] : ['latent_mean', 'latent_std']));
  });

  test('decodes as diffusers does', async () => {
    const graph = tiny
      ? buildTinyDecoder(readAutoencoderTinyConfig(config), sizeOf('latent'))
      : buildKlDecoder(readAutoencoderKlConfig(config), sizeOf('latent'));
    expectClose(await largestErrors(graph, golden, 'vae.decoder'), 'image');
  });
});

const shared = new URL('../../../../shared/data/', import.meta.url);

describe.skipIf(!existsSync(new URL('weights/taesd', shared)))('the published TAESD (skipped where ../shared/data is absent)', () => {
  const config = readAutoencoderTinyConfig({ _class_name: 'AutoencoderTiny' });
  const pixels = (): Float32Array => {
    const bytes = readFileSync(new URL('golden/taesd-astronaut-192-rgb.raw', shared));
    return Float32Array.from({ length: 3 * 192 * 192 }, (_, i) => (bytes[(i % (192 * 192)) * 3 + Math.floor(i / (192 * 192))]! / 255) * 2 - 1);
  };
  const goldenLatent = (): Float32Array => new Float32Array(new Uint8Array(readFileSync(new URL('golden/taesd-astronaut-latent-4x24x24.f32', shared))).buffer);
  /** The file numbers the layers from its own first one: a clamp in the decoder. */
  const weightsOf = (part: 'encoder' | 'decoder'): Map<string, Tensor> => {
    const { tensors } = parseSafetensors(new Uint8Array(readFileSync(new URL(`weights/taesd/taesd_${part}.safetensors`, shared))));
    const shift = part === 'decoder' ? 1 : 0;
    return new Map([...tensors].map(([key, tensor]) => [`vae.${part}.layers.${key.replace(/^\d+/, (index) => String(Number(index) - shift))}`, tensor]));
  };
  const run = async (graph: Graph, weights: Map<string, Tensor>, input: Tensor): Promise<Float32Array> => {
    const placed = await runner.upload(weights);
    const compiled = await runner.compile(graph, [placed]);
    const [result] = Object.values(await compiled.run({ [graph.inputs[0]!.name]: input }));
    await compiled.dispose();
    placed.dispose();
    return result!.data as Float32Array;
  };
  const meanSquare = (a: Float32Array, b: Float32Array): number => a.reduce((sum, value, i) => sum + (value - b[i]!) ** 2, 0) / a.length;

  test('encodes the astronaut to the golden latent', async () => {
    const image: Tensor = { dtype: 'float32', shape: [1, 3, 192, 192], data: pixels() };
    const latent = await run(buildTinyEncoder(config, { batch: 1, height: 192, width: 192 }), weightsOf('encoder'), image);
    const golden = goldenLatent();
    expect(Math.max(...latent.map((value, i) => Math.abs(value - golden[i]!)))).toBeLessThan(1e-4);
  });

  test('decodes it to the published quality', async () => {
    const latent: Tensor = { dtype: 'float32', shape: [1, 4, 24, 24], data: goldenLatent() };
    const image = await run(buildTinyDecoder(config, { batch: 1, height: 24, width: 24 }), weightsOf('decoder'), latent);
    const expected = (JSON.parse(readFileSync(new URL('golden/taesd-astronaut.json', shared), 'utf8')) as { recon_psnr_db: number }).recon_psnr_db;
    const psnr = (clamp: (value: number) => number): number => -10 * Math.log10(meanSquare(image.map(clamp), pixels()) / 4);
    expect(psnr((value) => Math.min(1, Math.max(-1, value)))).toBeCloseTo(expected, 2);
  });
});
