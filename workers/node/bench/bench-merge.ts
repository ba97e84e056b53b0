/**
 * @file Merging an acceleration LoRA into layers of Stable Diffusion 1.5: on the runner beside plain JavaScript, and how much they differ.
 *
 * One layer of every size that LCM-LoRA changes, attention and convolutions, at its rank of 64; `--all` takes all layers. Random numbers:
 * time and rounding do not depend on what they stand for.
 */
import { readFileSync } from 'node:fs';
import { readUnetConfig } from '#models/families/stable-diffusion/unet-config.ts';
import { buildUnet } from '#models/families/stable-diffusion/unet.ts';
import type { BaseWeights } from '#models/lora/lora-base.ts';
import { isTarget } from '#models/lora/lora-config.ts';
import type { LoraFactors } from '#models/lora/lora-weights.ts';
import { mergedWeights } from '#models/lora/merge-on-runner.ts';
import { TorchRandom } from '#models/tensor/random.ts';
import { elementCount, type Shape } from '#models/tensor/shape.ts';
import { tensor, type Tensor } from '#models/tensor/tensor.ts';
import { createNodeRunner } from '../ort-node-runner.ts';
import { peakMemoryBytes } from '../report.ts';

const rank = 64;
const takesAll = process.argv.includes('--all');
const published = new URL('../../../models/testing/reference/conformance/published/sd-1.5.json', import.meta.url);
const { unet } = JSON.parse(readFileSync(published, 'utf8')) as { unet: unknown };
const { parameters } = buildUnet(readUnetConfig(unet), { batch: 1, height: 8, width: 8, contextLength: 1, attention: 'fused' });
const layers = parameters.filter(({ name }) => name.endsWith('.weight') && isTarget('all', name.slice(0, -'.weight'.length)));
const sizes = new Set<string>();
const chosen = layers.filter(({ shape }) => takesAll || (!sizes.has(shape.join()) && sizes.add(shape.join())));

/** One long row of normal numbers, of which every tensor is a part: making 0.9 billion would take longer than merging them. */
const numbers = new TorchRandom(7).normal(1280 * 2560 * 9 + 1000).map((value) => value * 0.1);
const part = (shape: Shape, at: number): Tensor<'float32'> => tensor('float32', shape, numbers.subarray(at % 1000, (at % 1000) + elementCount(shape)));
const bases = new Map(chosen.map(({ name, shape }, i) => [name, { shape, at: 13 * i }]));
const stored: BaseWeights = { entries: () => bases, read: async (name) => part(bases.get(name)!.shape, bases.get(name)!.at) };
const factors = new Map<string, LoraFactors>(
  chosen.map(({ name, shape: [outputs, ...inputs] }, i) => [
    name.slice(0, -'.weight'.length),
    { down: part([rank, ...inputs], 17 * i), up: part(inputs.length > 1 ? [outputs!, rank, 1, 1] : [outputs!, rank], 19 * i), scale: 0.125 },
  ]),
);
const multiplications = chosen.reduce((sum, { shape }) => sum + elementCount(shape) * rank, 0);
console.log(`${chosen.length} of ${layers.length} layers, rank ${rank}: ${(multiplications / 1e9).toFixed(2)} GMAC`);

const runner = createNodeRunner();
const millisecondsOf = { runner: 0, javascript: 0 };
const largest = { difference: 0, name: '' };
// In turn, layer by layer, so that a busy machine slows both down alike.
const ways = {
  runner: mergedWeights(runner, stored, [{ weights: factors, weight: 1 }], { runnerFrom: 0 }),
  javascript: mergedWeights(runner, stored, [{ weights: factors, weight: 1 }], { runnerFrom: Infinity }),
};
const next = async (way: keyof typeof ways) => {
  const started = performance.now();
  const result = await ways[way].next();
  millisecondsOf[way] += performance.now() - started;
  return result.done === true ? null : result.value;
};
for (let onRunner = await next('runner'); onRunner !== null; onRunner = await next('runner')) {
  const inJavaScript = (await next('javascript'))!;
  const [name, { data }] = inJavaScript;
  if (onRunner[0] !== name) throw new Error(`${onRunner[0]} beside ${name}`);
  let size = 0;
  let difference = 0;
  for (let i = 0; i < data.length; i++) {
    size = Math.max(size, Math.abs(data[i]!));
    difference = Math.max(difference, Math.abs(data[i]! - onRunner[1].data[i]!));
  }
  if (difference / size > largest.difference) Object.assign(largest, { difference: difference / size, name });
}
await runner.dispose();
const pace = (milliseconds: number): string => `${(milliseconds / 1000).toFixed(2)} s, ${(multiplications / 1e6 / milliseconds).toFixed(1)} GMAC/s`;
console.log(`plain JavaScript: ${pace(millisecondsOf.javascript)}`);
console.log(
  `on the runner:    ${pace(millisecondsOf.runner)}, ${(millisecondsOf.javascript / millisecondsOf.runner).toFixed(1)} times as fast, making graphs included`,
);
console.log(
  `largest difference ${largest.difference.toExponential(1)} of the largest weight (${largest.name}); peak memory ${(peakMemoryBytes() / 2 ** 20).toFixed(0)} MiB`,
);
