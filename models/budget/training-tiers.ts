/** @file The sizes at which a likeness can be learned, best first, and which of them fits a memory. */
import type { StableDiffusionModel } from '../families/stable-diffusion/index.ts';
import type { TargetPreset } from '../lora/lora-config.ts';
import type { Steps } from '../runtime/steps.ts';
import { canFit, totalBytes, trainingNeed, type MemoryPlatform, type PlannedNeed, type TrainingSettings } from './memory-need.ts';

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

const binds = ({ largestTensorBytes }: PlannedNeed, { bindingBytes = Infinity }: MemoryPlatform): boolean => largestTensorBytes <= bindingBytes;

/** The best tier that fits with single samples; null if none does. */
export function* fitTier(model: StableDiffusionModel, availableBytes: number, rank: number, platform: MemoryPlatform): Steps<TierNeed | null> {
  for (const tier of trainingTiers(model)) {
    const settings = { resolutionPx: tier.resolutionPx, lora: { rank, alpha: rank, targets: presets[tier.preset] } };
    const fit = yield* fitBatches(model, { batchSize: 1, accumulation: 1 }, settings, availableBytes, platform);
    if (fit !== null) return { ...tier, need: fit.need };
  }
  return null;
}

export interface Batches {
  readonly batchSize: number;
  /** Batches per update. */
  readonly accumulation: number;
}

export type FittedBatches = Batches & { readonly need: PlannedNeed };

/**
 * Settings within a memory: as they are; with smaller batches, as many more of them in an update; or, at single samples, computing activations again.
 *
 * @returns null if even the smallest steps of single samples need more, or a tensor is larger than the place can bind
 */
export function* fitBatches(
  model: StableDiffusionModel,
  { batchSize, accumulation }: Batches,
  settings: Omit<TrainingSettings, 'batchSize'>,
  availableBytes: number,
  platform: MemoryPlatform,
): Steps<FittedBatches | null> {
  const single = { ...settings, batchSize: 1 };
  // What does not fit is mostly told from one stage, and larger batches do not fit where single samples do not.
  if (!(yield* canFit(model, single, platform, availableBytes))) return null;
  const plain = yield* trainingNeed(model, single, platform);
  if (!binds(plain, platform)) return null;
  const samples = batchSize * accumulation;
  if (totalBytes(plain) > availableBytes) {
    const tight = yield* trainingNeed(model, single, platform, availableBytes - (totalBytes(plain) - plain.activationBytes));
    return { batchSize: 1, accumulation: samples, need: tight };
  }
  // A smaller batch loses a twentieth of the speed, computing activations twice a third.
  for (let size = batchSize; size > 1; size--) {
    if (samples % size !== 0) continue;
    const need = yield* trainingNeed(model, { ...settings, batchSize: size }, platform);
    if (binds(need, platform) && totalBytes(need) <= availableBytes) return { batchSize: size, accumulation: samples / size, need };
  }
  return { batchSize: 1, accumulation: samples, need: plain };
}
