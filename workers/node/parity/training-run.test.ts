/** The training loop on a whole small model: it learns, it can be interrupted, and it stops before a bad update. */
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { LoraWeights } from '#models/lora/lora-weights.ts';
import { LoadedModel } from '#models/pipelines/loaded-model.ts';
import type { RgbPicture } from '#models/pipelines/pixels.ts';
import { decodeCheckpoint, encodeCheckpoint } from '#models/training/checkpoint.ts';
import { learnLikeness, type LearnEvent, type LearnOptions } from '#models/training/learn-likeness.ts';
import type { LearningPhoto } from '#models/training/prepare-examples.ts';
import { firstRecipe } from '#models/training/recipe.ts';
import type { TrainingState } from '#models/training/train-lora.ts';
import { trainingPlan } from '#models/training/training-defaults.ts';
import { openModelDirectory } from '../model-directory.ts';
import { createNodeRunner } from '../ort-node-runner.ts';

const runner = createNodeRunner();
let model: LoadedModel;
beforeAll(async () => {
  model = await LoadedModel.load(runner, openModelDirectory(fileURLToPath(new URL('../../../models/testing/golden/pipeline', import.meta.url))));
});
afterAll(() => runner.dispose());

/** A picture whose colours depend on the seed: enough for a loss to fall. */
function stripes(seed: number): RgbPicture {
  const rgb = Uint8Array.from({ length: 96 * 96 * 3 }, (_, i) => 128 + 100 * Math.sin((i % 288) / 20 + seed));
  return { widthPx: 96, heightPx: 96, rgb };
}
const photos: LearningPhoto[] = [0, 1, 2].map((seed) => ({ picture: stripes(seed), faceBox: [0.3, 0.25, 0.7, 0.75] as const }));

function options(samples: number): LearnOptions {
  return {
    subject: { token: 'ohwx', personClass: 'woman' },
    recipe: firstRecipe,
    resolutionPx: 64,
    lora: { rank: 4, alpha: 4, targets: 'all' },
    plan: trainingPlan(9, { samples, batchSize: 2, accumulation: 2, learningRate: 3e-3 }),
    preview: null,
  };
}

/** Runs until `until` samples were seen, or to the end. */
async function learn(settings: LearnOptions, resume?: TrainingState, until = Infinity): Promise<{ events: LearnEvent[]; state: TrainingState }> {
  const events: LearnEvent[] = [];
  const learning = learnLikeness(model, photos, settings, resume);
  for (let next = await learning.next(); ; next = await learning.next()) {
    if (next.done === true) return { events, state: next.value };
    events.push(next.value);
    if (next.value.kind === 'step' && next.value.samplesSeen >= until) {
      const { state } = next.value;
      await learning.return(state);
      return { events, state };
    }
  }
}

const numbersOf = (factors: LoraWeights): number[] => [...factors.values()].flatMap(({ down, up }) => [...down.data, ...up.data]);

test('the loss falls while a likeness is learned', async () => {
  const { events } = await learn(options(240));
  const losses = events.flatMap((event) => (event.kind === 'step' ? [event.loss] : []));
  const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
  expect(losses).toHaveLength(60);
  expect(mean(losses.slice(-15))).toBeLessThan(0.9 * mean(losses.slice(0, 15)));
});

test('a run that was stored and resumed ends with exactly the numbers of one that never stopped', async () => {
  const whole = await learn(options(24));
  const half = await learn(options(24), undefined, 12);
  const resumed = await learn(options(24), decodeCheckpoint(encodeCheckpoint(half.state)));
  expect(resumed.state.samplesSeen).toBe(24);
  expect(numbersOf(resumed.state.factors)).toEqual(numbersOf(whole.state.factors));
});

test('a loss that is not a number stops the run with the state before the bad update', async () => {
  const { state } = await learn(options(8), undefined, 4);
  const before = numbersOf(state.factors);
  state.factors.values().next().value!.up.data.fill(NaN);
  const broken = numbersOf(state.factors);
  await expect(learn(options(8), state)).rejects.toMatchObject({ code: 'loss-not-finite', retryable: true });
  expect(state.samplesSeen).toBe(4);
  expect(numbersOf(state.factors)).toEqual(broken);
  expect(broken).not.toEqual(before);
});

test('a preview shows the same seed again and again while the picture changes', async () => {
  const request = { prompt: 'a portrait of a woman', negativePrompt: '', widthPx: 64, heightPx: 64, scheduler: 'ddim', steps: 2, guidance: 1, seed: 4 } as const;
  const { events } = await learn({ ...options(16), preview: { request, everySamples: 8 } });
  const previews = events.flatMap((event) => (event.kind === 'preview' ? [event] : []));
  expect(previews.map(({ samplesSeen }) => samplesSeen)).toEqual([0, 8, 16]);
  expect(previews[0]!.picture.rgb).not.toEqual(previews[2]!.picture.rgb);
});

test('text encoder and autoencoder are gone while a likeness is learned, and come back when they are asked for', async () => {
  const own = await LoadedModel.load(runner, openModelDirectory(fileURLToPath(new URL('../../../models/testing/golden/pipeline', import.meta.url))));
  expect(own.presentComponents).toEqual(['unet', 'text_encoder', 'vae']);
  const seen: string[][] = [];
  const learning = learnLikeness(own, photos, options(8));
  for (let next = await learning.next(); next.done !== true; next = await learning.next()) {
    if (next.value.kind === 'step') seen.push([...own.presentComponents]);
  }
  expect(seen).toEqual([['unet'], ['unet']]);
  const [width] = (await own.encodePrompts(['a portrait of a woman'])).shape.slice(-1);
  expect([width, own.presentComponents]).toEqual([own.model.textEncoder.width, ['unet', 'text_encoder']]);
  await own.dispose();
  expect(own.presentComponents).toEqual([]);
});
