/** @file A LoRA beside the layers draws what the LoRA merged into their weights draws: every kind of layer, whole and in stages. */
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { readUnetConfig } from '#models/families/stable-diffusion/unet-config.ts';
import { declareInputs, unetForward, unetNames, unetStages, timeFeatures } from '#models/families/stable-diffusion/unet.ts';
import { parseSafetensors } from '#models/formats/safetensors.ts';
import { GraphBuilder } from '#models/graph/graph-builder.ts';
import type { Graph, Value } from '#models/graph/graph.ts';
import { ModuleContext, type AdaptableLayer } from '#models/layers/module-context.ts';
import { mergeLora } from '#models/lora/merge-lora.ts';
import type { LoraFactors } from '#models/lora/lora-weights.ts';
import { TorchRandom } from '#models/tensor/random.ts';
import { elementCount, type Shape } from '#models/tensor/shape.ts';
import { float32, type Tensor } from '#models/tensor/tensor.ts';
import { createNodeRunner } from '../ort-node-runner.ts';

const rank = 3;
const runner = createNodeRunner({ threads: 1 });

/** An adapter for every layer that asks. */
function adapterOf(path: string, layer: AdaptableLayer) {
  const downShape = layer.kind === 'linear' ? [rank, layer.inFeatures] : [rank, layer.inChannels, ...layer.kernel];
  const upShape = layer.kind === 'linear' ? [layer.outFeatures, rank] : [layer.outChannels, rank, 1, 1];
  return { down: `${path}.down`, up: `${path}.up`, downShape, upShape, scale: 0.7 };
}

test.each(['conv-projection', 'linear-projection', 'pixel-attention'])('%s', async (name) => {
  const { tensors, metadata } = parseSafetensors(
    new Uint8Array(readFileSync(new URL(`../../../models/testing/golden/families/unet-${name}.safetensors`, import.meta.url))),
  );
  const config = readUnetConfig(JSON.parse(metadata['config']!));
  const weights = new Map([...tensors].filter(([key]) => key.startsWith('unet.')));
  const feeds: Record<string, Tensor> = Object.fromEntries(
    [...tensors].filter(([key]) => key.startsWith('input.')).map(([key, tensor]) => [key.slice(6), tensor]),
  );
  feeds['time_features'] = timeFeatures(config, feeds['timestep']!.data as Float32Array);
  const [batch, , height, width] = feeds['sample']!.shape as [number, number, number, number];
  const size = { batch, height, width, contextLength: feeds['encoder_hidden_states']!.shape[1]! };

  const random = new TorchRandom(3);
  const factors = new Map<string, LoraFactors>();
  const draw = (shape: Shape, scale: number): Tensor<'float32'> =>
    float32(
      shape,
      random.uniform(elementCount(shape)).map((value) => (value - 0.5) * scale),
    );
  const whole = new GraphBuilder('whole');
  const inputs = declareInputs(whole, config, size);
  const context = new ModuleContext(whole, 'unet', {
    attention: 'decomposed',
    adapters: (path, layer) => {
      const { down, up, downShape, upShape, scale } = adapterOf(path, layer);
      factors.set(path, { down: draw(downShape, 0.8), up: draw(upShape, 0.8), scale });
      return { down: whole.input(down, 'float32', downShape), up: whole.input(up, 'float32', upShape), scale };
    },
  });
  whole.output(unetNames.output, unetForward(context, config, inputs));
  for (const [path, { down, up }] of factors) Object.assign(feeds, { [`${path}.down`]: down, [`${path}.up`]: up });
  // Every weight of more than one axis has an adapter.
  expect([...factors.keys()].sort()).toEqual(
    [...weights]
      .filter(([, { shape }]) => shape.length > 1)
      .map(([key]) => key.replace(/\.weight$/, ''))
      .sort(),
  );

  const staged = new GraphBuilder('staged');
  const values = new Map<string, Value>(Object.entries(feeds).map(([key, { dtype, shape }]) => [key, staged.input(key, dtype, shape)]));
  for (const stage of unetStages(config, size, { attention: 'decomposed', adapters: adapterOf })) {
    for (const [key, value] of stage.build(staged, new Map(stage.inputs.map((input) => [input, values.get(input)!])))) values.set(key, value);
  }
  staged.output(unetNames.output, values.get(unetNames.output)!);

  const plain = new GraphBuilder('plain');
  plain.output(unetNames.output, unetForward(new ModuleContext(plain, 'unet', { attention: 'decomposed' }), config, declareInputs(plain, config, size)));
  const base = await runner.upload(weights);
  const merged = await runner.upload(mergeLora(weights, [{ weights: factors, weight: 1 }]));
  const run = async (graph: Graph, sets: Parameters<typeof runner.compile>[1]): Promise<Float32Array> =>
    (await (await runner.compile(graph, sets)).run(feeds))[unetNames.output]!.data as Float32Array;
  const expected = await run(plain.build(), [merged, base]);
  const untouched = await run(plain.build(), [base]);
  const difference = (values: Float32Array): number => Math.max(...values.map((value, i) => Math.abs(value - expected[i]!)));
  expect(difference(untouched)).toBeGreaterThan(0.1); // the adapters matter
  expect(difference(await run(whole.build(), [base]))).toBeLessThan(1e-4);
  expect(difference(await run(staged.build(), [base]))).toBeLessThan(1e-4);
});
