/** @file One golden of whole-UNet LoRA gradients, run on any runner. Made by models/testing/reference/lora_gradients.py */
import { readFileSync } from 'node:fs';
import { planTraining } from '#models/autodiff/checkpointing.ts';
import { compilePlan } from '#models/autodiff/run-plan.ts';
import { readUnetConfig } from '#models/families/stable-diffusion/unet-config.ts';
import { timeFeatures } from '#models/families/stable-diffusion/unet.ts';
import { parseSafetensors } from '#models/formats/safetensors.ts';
import type { TargetPreset } from '#models/lora/lora-config.ts';
import type { GraphRunner } from '#models/runtime/graph-runner.ts';
import type { Tensor } from '#models/tensor/tensor.ts';
import { trainingStages } from '#models/training/training-graph.ts';

export const gradientCases = ['attention-conv-projection', 'all-linear-projection'] as const;

export interface GradientErrors {
  readonly modules: number;
  /** How many graphs one sample ran through. */
  readonly graphs: number;
  readonly lossDifference: number;
  /** ||actual - expected|| / ||expected|| over all factors together. */
  readonly overall: number;
  /** The same over the worst single factor. */
  readonly worst: number;
}

/**
 * Runs one training step of the golden's UNet, in one graph or within a memory budget, and compares loss and gradients with those of
 * diffusers, peft and PyTorch.
 */
export async function measureGradientErrors(runner: GraphRunner, name: (typeof gradientCases)[number], memoryBytes = Infinity): Promise<GradientErrors> {
  const { tensors, metadata } = parseSafetensors(readFileSync(new URL(`../../../models/testing/golden/lora-gradients/${name}.safetensors`, import.meta.url)));
  const unet = readUnetConfig(JSON.parse(metadata['config']!));
  const lora = { rank: Number(metadata['rank']), alpha: Number(metadata['alpha']), targets: metadata['targets'] as TargetPreset };
  const { request, modules } = trainingStages(unet, { size: { batch: 2, height: 8, width: 8, contextLength: 5 }, lora });
  const feeds: Record<string, Tensor> = {};
  for (const [key, value] of tensors) {
    if (key.startsWith('input.')) feeds[key.slice('input.'.length)] = value;
    if (/\.lora_(down|up)$/.test(key)) feeds[key] = value;
  }
  feeds['time_features'] = timeFeatures(unet, feeds['timestep']!.data as Float32Array);
  const weights = await runner.upload(new Map([...tensors].filter(([key]) => key.endsWith('.weight') || key.endsWith('.bias'))));
  const compiled = await compilePlan(runner, planTraining(request, memoryBytes), [weights]);
  const outputs = await compiled.run(feeds);

  const squares: { difference: number; size: number }[] = [];
  for (const [factor, output] of compiled.plan.gradients) {
    const expected = tensors.get(`${factor}.gradient`)!.data as Float32Array;
    const actual = (await outputs[output]!.read()).data as Float32Array;
    squares.push({
      difference: expected.reduce((sum, value, i) => sum + (value - actual[i]!) ** 2, 0),
      size: expected.reduce((sum, value) => sum + value ** 2, 0),
    });
  }
  const total = (key: 'difference' | 'size'): number => squares.reduce((sum, entry) => sum + entry[key], 0);
  return {
    modules: modules.length,
    graphs: compiled.plan.runs.length,
    lossDifference: Math.abs(((await outputs['loss']!.read()).data[0] as number) - (tensors.get('loss')!.data[0] as number)),
    overall: Math.sqrt(total('difference') / total('size')),
    worst: Math.max(...squares.map(({ difference, size }) => Math.sqrt(difference / size))),
  };
}
