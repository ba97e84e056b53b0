import { describe, expect, test } from 'vitest';
import { createInterpreter } from '../testing/interpreter/interpreter-runner.ts';
import { narrowToHalves } from '../tensor/float16.ts';
import { TorchRandom } from '../tensor/random.ts';
import { elementCount, type Shape } from '../tensor/shape.ts';
import { float32, tensor, type Tensor } from '../tensor/tensor.ts';
import type { BaseWeights } from './lora-base.ts';
import type { LoraFactors } from './lora-weights.ts';
import { mergeLora, type WeightedLora } from './merge-lora.ts';
import { mergedWeights } from './merge-on-runner.ts';

const random = new TorchRandom(5);
const draw = (shape: Shape): Tensor<'float32'> => float32(shape, random.normal(elementCount(shape)));
const factorsOf = ([outputs, ...inputs]: Shape, rank: number, scale: number): LoraFactors => ({
  down: draw([rank, ...inputs]),
  up: draw(inputs.length > 1 ? [outputs!, rank, 1, 1] : [outputs!, rank]),
  scale,
});

const shapes: Readonly<Record<string, Shape>> = { 'unet.linear': [6, 5], 'unet.conv': [4, 3, 3, 3], 'unet.point': [4, 5, 1, 1], 'unet.other': [6, 5] };
const weights = new Map<string, Tensor>(Object.entries(shapes).map(([path, shape]) => [`${path}.weight`, draw(shape)]));
weights.set('unet.point.weight', tensor('float16', shapes['unet.point']!, narrowToHalves(draw(shapes['unet.point']!).data)));
const stored: BaseWeights = { entries: () => weights, read: async (name) => weights.get(name) };

const first: WeightedLora = { weights: new Map([...Object.entries(shapes)].map(([path, shape]) => [path, factorsOf(shape, 3, 0.5)])), weight: 0.8 };
const second: WeightedLora = { weights: new Map([['unet.conv', factorsOf(shapes['unet.conv']!, 2, 2)]]), weight: -0.4 };

async function merge(loras: readonly WeightedLora[], runnerFrom: number): Promise<Map<string, Tensor<'float32'>>> {
  const merged = new Map<string, Tensor<'float32'>>();
  for await (const [name, weight] of mergedWeights(createInterpreter(), stored, loras, { runnerFrom })) merged.set(name, weight);
  return merged;
}

describe('merging', () => {
  test.each([
    ['on the runner', 0],
    ['in plain JavaScript', Infinity],
  ])('%s gives base + sum of weight x scale x up x down, in the shapes of the model', async (_, runnerFrom) => {
    const merged = await merge([first, second], runnerFrom);
    const expected = mergeLora(weights, [first, second]);
    expect([...merged.keys()].sort()).toEqual([...expected.keys()].sort());
    for (const [name, { shape, data }] of expected) {
      expect(merged.get(name)!.shape).toEqual(shape);
      const largest = Math.max(...data.map(Math.abs));
      expect(Math.max(...merged.get(name)!.data.map((value, i) => Math.abs(value - data[i]!))) / largest, name).toBeLessThan(1e-6);
    }
  });

  test('base weights and factors stay as they are', async () => {
    const before = [...weights].map(([name, { data }]) => [name, [...data]]);
    const up = [...first.weights.get('unet.conv')!.up.data];
    await merge([first, second], 0);
    expect([...weights].map(([name, { data }]) => [name, [...data]])).toEqual(before);
    expect([...first.weights.get('unet.conv')!.up.data]).toEqual(up);
  });

  test('layers of one size follow each other, so that one graph at a time is enough', async () => {
    const names = [...(await merge([first, second], 0)).keys()];
    expect(Math.abs(names.indexOf('unet.linear.weight') - names.indexOf('unet.other.weight'))).toBe(1);
  });

  test('a layer that the model lacks, or of another size, is refused before anything is merged', async () => {
    const foreign: WeightedLora = { weights: new Map([['unet.nowhere', factorsOf([6, 5], 2, 1)]]), weight: 1 };
    await expect(merge([first, foreign], 0)).rejects.toThrow(
      expect.objectContaining({ code: 'lora-incompatible', message: expect.stringContaining('unet.nowhere') as string }) as Error,
    );
    const wider: WeightedLora = { weights: new Map([['unet.linear', factorsOf([6, 7], 2, 1)]]), weight: 1 };
    await expect(merge([first, wider], 0)).rejects.toThrow(expect.objectContaining({ code: 'lora-incompatible' }) as Error);
  });

  test('it stops where it is told to', async () => {
    let layers = 0;
    const stopped = mergedWeights(createInterpreter(), stored, [first], {
      beforeLayer: async () => {
        if (++layers === 3) throw new Error('enough');
      },
    });
    const names: string[] = [];
    await expect(
      (async () => {
        for await (const [name] of stopped) names.push(name);
      })(),
    ).rejects.toThrow('enough');
    expect(names).toHaveLength(2);
  });
});
