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

/** The sizes of the tiers, largest first. */
export const tierSizesPx = [512, 384, 256] as const;

/** The tiers of a model, best first: more pixels count more than more layers. A model made for less than 256 px has its own size. */
export function trainingTiers({ unet, vae }: StableDiffusionModel): readonly TrainingTier[] {
  const nativePx = Math.min(...unet.sampleSize) * vae.downscale;
  const sizes = nativePx < 256 ? [nativePx] : tierSizesPx.filter((size) => size <= nativePx);
  return sizes.flatMap((resolutionPx) => (['full', 'light'] as const).map((preset) => ({ resolutionPx, preset })));
}

export type TierNeed = TrainingTier & { readonly need: PlannedNeed };

/**
 * What these settings take within a memory: in one run if that fits, else computing activations again.
 *
 * @returns null if even the smallest steps need more, or a tensor is larger than the place can bind
 */
export function fitSettings(model: StableDiffusionModel, settings: TrainingSettings, availableBytes: number, platform: MemoryPlatform): PlannedNeed | null {
  const plain = trainingNeed(model, settings, platform);
  if (!binds(plain, platform)) return null;
  if (totalBytes(plain) <= availableBytes) return plain;
  const forActivations = availableBytes - (totalBytes(plain) - plain.activationBytes);
  if (forActivations <= 0) return null;
  const tight = trainingNeed(model, settings, platform, forActivations);
  return totalBytes(tight) <= availableBytes ? tight : null;
}

const binds = ({ largestTensorBytes }: PlannedNeed, { bindingBytes = Infinity }: MemoryPlatform): boolean => largestTensorBytes <= bindingBytes;

/** The best tier that fits; null if none does. */
export function fitTier(model: StableDiffusionModel, availableBytes: number, { batchSize, rank }: { readonly batchSize: number; readonly rank: number }, platform: MemoryPlatform): TierNeed | null {
  for (const tier of trainingTiers(model)) {
    const settings = { resolutionPx: tier.resolutionPx, batchSize, lora: { rank, alpha: rank, targets: presets[tier.preset] } };
    const need = fitSettings(model, settings, availableBytes, platform);
    if (need !== null) return { ...tier, need };
  }
  return null;
}

export interface Batches {
  readonly batchSize: number;
  /** Batches per update. */
  readonly accumulation: number;
}

/**
 * Settings within a memory, with smaller batches, as many more of them in an update, before anything else is given up.
 *
 * @returns null if not even single samples fit
 */
export function fitBatches(
  model: StableDiffusionModel,
  { batchSize, accumulation }: Batches,
  settings: Omit<TrainingSettings, 'batchSize'>,
  availableBytes: number,
  platform: MemoryPlatform,
): (Batches & { readonly need: PlannedNeed }) | null {
  const samples = batchSize * accumulation;
  const sizes = Array.from({ length: batchSize }, (_, i) => batchSize - i).filter((size) => samples % size === 0);
  // A smaller batch loses a twentieth of the speed, computing activations twice a third.
  for (const size of sizes.slice(0, -1)) {
    const need = trainingNeed(model, { ...settings, batchSize: size }, platform);
    if (binds(need, platform) && totalBytes(need) <= availableBytes) return { batchSize: size, accumulation: samples / size, need };
  }
  const need = fitSettings(model, { ...settings, batchSize: 1 }, availableBytes, platform);
  return need && { batchSize: 1, accumulation: samples, need };
}
