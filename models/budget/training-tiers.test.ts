import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { readStableDiffusion, type StableDiffusionModel } from '../families/stable-diffusion/index.ts';
import { atOnce } from '../runtime/steps.ts';
import { describeFit } from './describe-need.ts';
import { drawingNeed, totalBytes, trainingNeed, type MemoryPlatform } from './memory-need.ts';
import { fitBatches, fitTier, trainingTiers } from './training-tiers.ts';

const gibibyte = 2 ** 30;
const platform: MemoryPlatform = { runtimeBytes: 0.2 * gibibyte, allocatorShare: 1.1 };
const rank = 16;

/** A model by its published configurations. */
function readPublished(name: string): StableDiffusionModel {
  const published = JSON.parse(readFileSync(new URL(`../testing/reference/conformance/published/${name}.json`, import.meta.url), 'utf8')) as Record<
    string,
    unknown
  >;
  return readStableDiffusion({ modelIndex: published['model_index'], unet: published['unet'], textEncoder: published['text_encoder'], vae: published['vae'] });
}
const model = readPublished('sd-1.5');

test('a budget counts the published weights, and the 3.19 million numbers of a LoRA of rank 16 on attention five times', () => {
  const need = atOnce(trainingNeed(model, { resolutionPx: 256, batchSize: 1, lora: { rank: 16, alpha: 16, targets: 'attention' } }, platform));
  expect(need.weightBytes).toBe(4 * 859_520_964);
  expect(need.adapterBytes).toBe(5 * 4 * 3_188_736);
  const decoderAndText = drawingNeed(model, 512, 512, platform).weightBytes - need.weightBytes;
  const withoutTable = 123_060_480 - 49408 * 768; // the table of tokens is placed nowhere
  expect(decoderAndText / 4).toBeCloseTo(withoutTable + 49_490_199, -5);
});

test('what fits is the best tier within the memory, and the plan keeps to it', () => {
  expect(trainingTiers(model).map(({ resolutionPx, preset }) => `${resolutionPx} ${preset}`)).toEqual([
    '512 full',
    '512 light',
    '384 full',
    '384 light',
    '256 full',
    '256 light',
  ]);
  // Where little is free every tier is tried in its smallest steps, so the smaller model stands for both.
  const small = readPublished('bk-sdm-tiny');
  const fits = (
    [
      [model, 16],
      [model, 6],
      [small, 3],
    ] as const
  ).map(([of, size]) => ({ size, fit: atOnce(fitTier(of, size * gibibyte, rank, platform))! }));
  for (const { size, fit } of fits) expect(totalBytes(fit.need)).toBeLessThanOrEqual(size * gibibyte);
  expect(fits.map(({ fit }) => [fit.need.plannedBytes === Infinity, fit.resolutionPx === 512 && fit.preset === 'full'])).toEqual([
    [true, true],
    [false, true],
    [false, false],
  ]);
  expect(atOnce(fitTier(model, 3 * gibibyte, rank, platform))).toBeNull();
});

test('batches become smaller before anything is computed twice, and an update keeps its samples', () => {
  const settings = { resolutionPx: 256, lora: { rank: 16, alpha: 16, targets: 'attention' } } as const;
  const fit = (size: number) => atOnce(fitBatches(model, { batchSize: 4, accumulation: 1 }, settings, size * gibibyte, platform))!;
  expect([fit(16), fit(5.2), fit(4.5)]).toMatchObject([
    { batchSize: 4, accumulation: 1, need: { plannedBytes: Infinity } },
    { batchSize: 2, accumulation: 2, need: { plannedBytes: Infinity } },
    { batchSize: 1, accumulation: 4, need: { plannedBytes: Infinity } },
  ]);
});

test('a place that binds 128 MiB, as every WebGPU adapter does, has room for each tensor of learning at 512 px; one that binds 96 has not', () => {
  const settings = { resolutionPx: 512, lora: { rank: 16, alpha: 16, targets: 'attention' } } as const;
  const fit = (of: StableDiffusionModel, mebibytes: number) =>
    atOnce(fitBatches(of, { batchSize: 1, accumulation: 1 }, settings, 16 * gibibyte, { ...platform, bindingBytes: mebibytes * 2 ** 20 }));
  for (const of of [model, readPublished('sd-2.1')]) expect(fit(of, 128)?.need.largestTensorBytes).toBe(4 * 128 * 512 * 512); // the encoder's first layers
  expect(fit(model, 96)).toBeNull();
});

test('the sentence says what is free, what fits and what it costs', () => {
  expect(describeFit(null, 3 * gibibyte)).toBe('3.0 GiB are free: too little to learn a likeness with this model');
  const need = { weightBytes: 3 * gibibyte, activationBytes: 2 * gibibyte, adapterBytes: 2 ** 20, runtimeBytes: 0, plannedBytes: 1, largestTensorBytes: 0 };
  expect(describeFit({ resolutionPx: 384, preset: 'light', need }, 6 * gibibyte)).toBe(
    '6.0 GiB are free: a likeness can be learned at 384 px with attention layers only, computing some of it twice, which takes 5.0 GiB (weights 3.0 GiB, activations 2.0 GiB, adapters and optimizer 1 MiB)',
  );
});
