/** @file The sizes at which a likeness can be learned, best first, and which of them fits a memory. */
import type { StableDiffusionModel } from '../families/stable-diffusion/index.ts';
import type { TargetPreset } from '../lora/lora-config.ts';
import { totalBytes, trainingNeed, type MemoryPlatform, type PlannedNeed, type TrainingSettings } from './memory-need.ts';

/** `full` trains every layer of the preset `all`, `light` attention alone. */
export const presets = { full: 'all', light: 'attention' } as const satisfies Record<string, TargetPreset>;
export type PresetName = keyof typeof presets;

export interface TrainingTier {
  readonly resolutionPx: number;
  readonly preset: PresetName;
}

const resolutionsPx = [512, 384, 256] as const;

/** The tiers of a model, best first: more pixels count more than more layers. A model made for less than 256 px has its own size. */
export function trainingTiers({ unet, vae }: StableDiffusionModel): readonly TrainingTier[] {
  const nativePx = Math.min(...unet.sampleSize) * vae.downscale;
  const sizes = nativePx < 256 ? [nativePx] : resolutionsPx.filter((size) => size <= nativePx);
  return sizes.flatMap((resolutionPx) => (['full', 'light'] as const).map((preset) => ({ resolutionPx, preset })));
}

export type TierNeed = TrainingTier & { readonly need: PlannedNeed };

/**
 * What these settings take within a memory: in one run if that fits, else computing activations again.
 *
 * @returns null if even the smallest steps need more
 */
export function fitSettings(model: StableDiffusionModel, settings: TrainingSettings, availableBytes: number, platform: MemoryPlatform): PlannedNeed | null {
  const plain = trainingNeed(model, settings, platform);
  if (totalBytes(plain) <= availableBytes) return plain;
  const forActivations = availableBytes - (totalBytes(plain) - plain.activationBytes);
  if (forActivations <= 0) return null;
  const tight = trainingNeed(model, settings, platform, forActivations);
  return totalBytes(tight) <= availableBytes ? tight : null;
}

/** The best tier that fits; null if none does. */
export function fitTier(model: StableDiffusionModel, availableBytes: number, { batchSize, rank }: { readonly batchSize: number; readonly rank: number }, platform: MemoryPlatform): TierNeed | null {
  for (const tier of trainingTiers(model)) {
    const settings = { resolutionPx: tier.resolutionPx, batchSize, lora: { rank, alpha: rank, targets: presets[tier.preset] } };
    const need = fitSettings(model, settings, availableBytes, platform);
    if (need !== null) return { ...tier, need };
  }
  return null;
}
