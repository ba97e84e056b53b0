import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { readStableDiffusion } from '../families/stable-diffusion/index.ts';
import { describeFit } from './describe-need.ts';
import { drawingNeed, totalBytes, trainingNeed, type MemoryPlatform } from './memory-need.ts';
import { fitTier, trainingTiers } from './training-tiers.ts';

const gibibyte = 2 ** 30;
const platform: MemoryPlatform = { runtimeBytes: 0.2 * gibibyte, allocatorShare: 1.1 };
const training = { batchSize: 1, rank: 16 };

/** Stable Diffusion 1.5 as published. */
const published = JSON.parse(readFileSync(new URL('../testing/reference/conformance/published/sd-1.5.json', import.meta.url), 'utf8')) as Record<string, unknown>;
const model = readStableDiffusion({ modelIndex: published['model_index'], unet: published['unet'], textEncoder: published['text_encoder'], vae: published['vae'] });

test('a budget counts the published weights, and the 3.19 million numbers of a LoRA of rank 16 on attention five times', () => {
  const need = trainingNeed(model, { resolutionPx: 256, batchSize: 1, lora: { rank: 16, alpha: 16, targets: 'attention' } }, platform);
  expect(need.weightBytes).toBe(4 * 859_520_964);
  expect(need.adapterBytes).toBe(5 * 4 * 3_188_736);
  const decoderAndText = drawingNeed(model, 512, 512, platform).weightBytes - need.weightBytes;
  expect(decoderAndText / 4).toBeGreaterThan(123_060_480 + 49_000_000);
});

test('what fits is the best tier within the memory, and the plan keeps to it', () => {
  expect(trainingTiers(model).map(({ resolutionPx, preset }) => `${resolutionPx} ${preset}`)).toEqual(['512 full', '512 light', '384 full', '384 light', '256 full', '256 light']);
  const fits = [16, 6, 4.3].map((size) => ({ size, fit: fitTier(model, size * gibibyte, training, platform)! }));
  for (const { size, fit } of fits) expect(totalBytes(fit.need)).toBeLessThanOrEqual(size * gibibyte);
  expect(fits.map(({ fit }) => [fit.need.plannedBytes === Infinity, fit.resolutionPx === 512 && fit.preset === 'full'])).toEqual([[true, true], [false, true], [false, false]]);
  expect(fitTier(model, 3 * gibibyte, training, platform)).toBeNull();
});

test('the sentence says what is free, what fits and what it costs', () => {
  expect(describeFit(null, 3 * gibibyte)).toBe('3.0 GiB are free: too little to learn a likeness with this model');
  const need = { weightBytes: 3 * gibibyte, activationBytes: 2 * gibibyte, adapterBytes: 2 ** 20, runtimeBytes: 0, plannedBytes: 1 };
  expect(describeFit({ resolutionPx: 384, preset: 'light', need }, 6 * gibibyte)).toBe(
    '6.0 GiB are free: a likeness can be learned at 384 px with attention layers only, computing some of it twice, which takes 5.0 GiB (weights 3.0 GiB, activations 2.0 GiB, adapters and optimizer 1 MiB)',
  );
});
