/** @file One golden of whole-UNet LoRA gradients, run on any runner. Made by models/testing/reference/lora_gradients.py */
import { readFileSync } from 'node:fs';
import { readUnetConfig } from '#models/families/stable-diffusion/unet-config.ts';
import { timeFeatures } from '#models/families/stable-diffusion/unet.ts';
import { parseSafetensors } from '#models/formats/safetensors.ts';
import type { TargetPreset } from '#models/lora/lora-config.ts';
import type { GraphRunner } from '#models/runtime/graph-runner.ts';
import type { Tensor } from '#models/tensor/tensor.ts';
import { buildTrainingGraph } from '#models/training/training-graph.ts';

export const gradientCases = ['attention-conv-projection', 'all-linear-projection'] as const;

export interface GradientErrors {
  readonly modules: number;
  readonly lossDifference: number;
  /** ||actual - expected|| / ||expected|| over all factors together. */
  readonly overall: number;
  /** The same over the worst single factor. */
  readonly worst: number;
}

/** Runs one training step of the golden's UNet and compares loss and gradients with those of diffusers, peft and PyTorch. */
export async function measureGradientErrors(runner: GraphRunner, name: (typeof gradientCases)[number]): Promise<GradientErrors> {
  const { tensors, metadata } = parseSafetensors(readFileSync(new URL(`../../../models/testing/golden/lora-gradients/${name}.safetensors`, import.meta.url)));
  const unet = readUnetConfig(JSON.parse(metadata['config']!));
  const lora = { rank: Number(metadata['rank']), alpha: Number(metadata['alpha']), targets: metadata['targets'] as TargetPreset };
  const { graph, modules } = buildTrainingGraph(unet, { size: { batch: 2, height: 8, width: 8, contextLength: 5 }, lora });
  const feeds: Record<string, Tensor> = {};
  for (const [key, value] of tensors) {
    if (key.startsWith('input.')) feeds[key.slice('input.'.length)] = value;
    if (/\.lora_(down|up)$/.test(key)) feeds[key] = value;
  }
  feeds['time_features'] = timeFeatures(unet, feeds['timestep']!.data as Float32Array);
  const weights = await runner.upload(new Map([...tensors].filter(([key]) => key.endsWith('.weight') || key.endsWith('.bias'))));
  const outputs = await (await runner.compile(graph, [weights])).run(feeds);

  const squares = [...tensors].filter(([key]) => key.endsWith('.gradient')).map(([key, { data }]) => {
    const expected = data as Float32Array;
    const actual = outputs[key]!.data as Float32Array;
    return {
      difference: expected.reduce((sum, value, i) => sum + (value - actual[i]!) ** 2, 0),
      size: expected.reduce((sum, value) => sum + value ** 2, 0),
    };
  });
  const total = (key: 'difference' | 'size'): number => squares.reduce((sum, entry) => sum + entry[key], 0);
  return {
    modules: modules.length,
    lossDifference: Math.abs((outputs['loss']!.data[0] as number) - (tensors.get('loss')!.data[0] as number)),
    overall: Math.sqrt(total('difference') / total('size')),
    worst: Math.max(...squares.map(({ difference, size }) => Math.sqrt(difference / size))),
  };
}
