/** The claim this project rests on: our gradients of a whole UNet are PyTorch's. Goldens: models/testing/reference/lora_gradients.py */
import { readFileSync } from 'node:fs';
import { afterAll, expect, test } from 'vitest';
import { readUnetConfig } from '#models/families/stable-diffusion/unet-config.ts';
import { parseSafetensors } from '#models/formats/safetensors.ts';
import type { Tensor } from '#models/tensor/tensor.ts';
import type { TargetPreset } from '#models/lora/lora-config.ts';
import { buildTrainingGraph } from '#models/training/training-graph.ts';
import { createNodeRunner } from '../ort-node-runner.ts';

const runner = createNodeRunner();
afterAll(() => runner.dispose());

/** ||actual - expected|| / ||expected|| over all factors together and the worst over single ones. */
function relativeErrors(actual: ReadonlyMap<string, Float32Array>, expected: ReadonlyMap<string, Float32Array>): { overall: number; worst: number } {
  let [difference, size, worst] = [0, 0, 0];
  for (const [name, values] of expected) {
    const ours = actual.get(name)!;
    const d = values.reduce((sum, value, i) => sum + (value - ours[i]!) ** 2, 0);
    const s = values.reduce((sum, value) => sum + value ** 2, 0);
    worst = Math.max(worst, Math.sqrt(d / s));
    difference += d;
    size += s;
  }
  return { overall: Math.sqrt(difference / size), worst };
}

test.each(['attention-conv-projection', 'all-linear-projection'])('LoRA gradients of the UNet "%s" are those of diffusers, peft and PyTorch', async (name) => {
  const { tensors, metadata } = parseSafetensors(readFileSync(new URL(`../../../models/testing/golden/lora-gradients/${name}.safetensors`, import.meta.url)));
  const unet = readUnetConfig(JSON.parse(metadata['config']!));
  const { graph, modules } = buildTrainingGraph(
    unet,
    { size: { batch: 2, height: 8, width: 8, contextLength: 5 }, lora: { rank: Number(metadata['rank']), alpha: Number(metadata['alpha']), targets: metadata['targets'] as TargetPreset } },
  );
  const feeds: Record<string, Tensor> = {};
  const expected = new Map<string, Float32Array>();
  for (const [key, value] of tensors) {
    if (key.startsWith('input.')) feeds[key.slice('input.'.length)] = value;
    if (/\.lora_(down|up)$/.test(key)) feeds[key] = value;
    if (key.endsWith('.gradient')) expected.set(key, value.data as Float32Array);
  }
  const weights = await runner.upload(new Map([...tensors].filter(([key]) => key.endsWith('.weight') || key.endsWith('.bias'))));
  const outputs = await (await runner.compile(graph, [weights])).run(feeds);

  expect(outputs['loss']!.data[0]).toBeCloseTo(tensors.get('loss')!.data[0] as number, 5);
  expect(modules.length * 2).toBe(expected.size);
  const actual = new Map([...expected.keys()].map((key) => [key, outputs[key]!.data as Float32Array]));
  const { overall, worst } = relativeErrors(actual, expected);
  expect(overall).toBeLessThan(1e-5);
  expect(worst).toBeLessThan(1e-4);
});
