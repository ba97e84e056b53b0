/** The training loop on a whole small model: it learns, it can be interrupted, and it stops before a bad update. */
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { LoraWeights } from '#models/lora/lora-weights.ts';
import { LoadedModel } from '#models/pipelines/loaded-model.ts';
import type { RgbPicture } from '#models/pipelines/pixels.ts';
import { decodeCheckpoint, encodeCheckpoint } from '#models/training/checkpoint.ts';
import { learnedFactors, type FaceJudge } from '#models/training/hold-trials.ts';
import { learnLikeness, type LearnEvent, type LearnOptions } from '#models/training/learn-likeness.ts';
import type { LearningPhoto } from '#models/training/prepare-examples.ts';
import { firstRecipe } from '#models/training/recipe.ts';
import type { TrainingState } from '#models/training/train-lora.ts';
import { bestTrial, splitPhotos, type TrialPlan } from '#models/training/trials.ts';
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
async function learn(
  settings: LearnOptions,
  resume?: TrainingState,
  until = Infinity,
  of: readonly LearningPhoto[] = photos,
): Promise<{ events: LearnEvent[]; state: TrainingState }> {
  const events: LearnEvent[] = [];
  const learning = learnLikeness(model, of, settings, resume);
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
  const request = {
    prompt: 'a portrait of a woman',
    negativePrompt: '',
    widthPx: 64,
    heightPx: 64,
    scheduler: 'ddim',
    steps: 2,
    guidance: 1,
    seed: 4,
  } as const;
  const { events } = await learn({ ...options(16), preview: { request, everySamples: 8 } });
  const previews = events.flatMap((event) => (event.kind === 'preview' ? [event] : []));
  expect(previews.map(({ samplesSeen }) => samplesSeen)).toEqual([0, 8, 16]);
  expect(previews[0]!.picture.rgb).not.toEqual(previews[2]!.picture.rgb);
});

/** A judge to whom a face is the mean colour of a picture: no net, but a function of the pixels as a net is. */
const judge: FaceJudge = {
  embed: ({ rgb }) =>
    Promise.resolve(Float32Array.from([0, 1, 2], (channel) => rgb.reduce((sum, value, index) => (index % 3 === channel ? sum + value : sum), 0) / rgb.length)),
};
const trialPlan: TrialPlan = {
  heldOutPhotos: 1,
  fromShare: 0.5,
  count: 3,
  looks: [{ prompt: 'a portrait of a woman', negativePrompt: '', guidance: 1, backdrop: 'white' }],
  seedsPerLook: 2,
  drawing: { scheduler: 'ddim', steps: 2 },
  patience: 3,
};
const manyPhotos: LearningPhoto[] = [0, 1, 2, 3, 4, 5, 6].map((seed) => ({ picture: stripes(seed), faceBox: [0.3, 0.25, 0.7, 0.75] as const }));

test('snapshots are tried with a photo that is not learned, the best one is kept, and a resumed run ends with the same', async () => {
  const settings = { ...options(24), trials: { plan: trialPlan, judge } };
  const whole = await learn(settings, undefined, Infinity, manyPhotos);
  expect(whole.events.flatMap((event) => (event.kind === 'encoding' ? [event.photosTotal] : []))).toEqual(Array(6).fill(6));
  const tried = whole.events.flatMap((event) => (event.kind === 'trial' ? [event] : []));
  expect(tried.map(({ trial }) => trial.samplesSeen)).toEqual([12, 20, 24]); // of 12, 18 and 24, at the end of an update of four
  expect(whole.state.trials).toEqual(tried.map(({ trial }) => trial));
  const best = bestTrial(whole.state.trials)!;
  const atBest = await learn({ ...options(24) }, undefined, best.samplesSeen, splitPhotos(manyPhotos, trialPlan).learned as LearningPhoto[]);
  expect(numbersOf(learnedFactors(whole.state))).toEqual(numbersOf(atBest.state.factors));

  const half = await learn(settings, undefined, 20, manyPhotos); // stops between the step and its trial
  expect(half.state.trials).toHaveLength(1);
  const resumed = await learn(settings, decodeCheckpoint(encodeCheckpoint(half.state)), Infinity, manyPhotos);
  expect(resumed.state.trials).toEqual(whole.state.trials);
  expect(numbersOf(learnedFactors(resumed.state))).toEqual(numbersOf(learnedFactors(whole.state)));
});

test('a run whose likeness rises no more ends early, and stays ended when it is taken up again', async () => {
  const flat: FaceJudge = { embed: () => Promise.resolve(Float32Array.of(1, 0)) };
  const settings = { ...options(40), trials: { plan: { ...trialPlan, patience: 1 }, judge: flat } };
  const { state, events } = await learn(settings, undefined, Infinity, manyPhotos);
  expect(state.samplesSeen).toBe(32); // of 20, 30 and 40: the second brings nothing
  expect(events.at(-1)).toMatchObject({ kind: 'trial', stop: 'likeness-rises-no-more' });
  const again = await learn(settings, decodeCheckpoint(encodeCheckpoint(state)), Infinity, manyPhotos);
  expect(again.events.filter(({ kind }) => kind !== 'encoding')).toEqual([]);
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
