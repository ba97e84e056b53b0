import { describe, expect, test } from 'vitest';
import { isAppError } from '../errors/app-error.ts';
import { firstRecipe } from '../training/recipe.ts';
import { jobVersion, parseJob, seedOfPicture, type GenerateJob, type TrainJob } from './index.ts';

const trainJob: TrainJob = {
  kind: 'train',
  version: jobVersion,
  model: 'builtin',
  personClass: 'woman',
  subjectToken: 'ohwx',
  photoIds: ['a', 'b', 'c'],
  effort: 'normal',
  resolutionPx: 192,
  lora: { rank: 16, alpha: 16, targets: 'attention' },
  samples: 1200,
  learningRate: 1e-4,
  warmupSteps: 20,
  batchSize: 1,
  accumulation: 4,
  captionDropout: 0.1,
  recipe: firstRecipe,
  trials: null,
  init: null,
  seed: 42,
  preview: { prompt: 'a portrait photo of ohwx woman', everySamples: 100 },
};
const generateJob: GenerateJob = {
  kind: 'generate',
  version: jobVersion,
  model: 'builtin',
  prompt: 'a portrait photo of ohwx woman, secret words',
  negativePrompt: '',
  scheduler: 'dpm-solver-multistep',
  steps: 20,
  guidance: 4,
  seed: 2 ** 32 - 1,
  widthPx: 192,
  heightPx: 192,
  count: 4,
  loras: [{ id: 'l1', weight: 0.9 }],
  styleId: null,
};

test('a job from before recipes learns as it did', () => {
  const { recipe: _recipe, trials: _trials, init: _init, ...older } = trainJob;
  expect(parseJob(older)).toEqual(trainJob);
});

test('a job survives JSON and is read back as it was', () => {
  for (const job of [trainJob, generateJob]) expect(parseJob(JSON.parse(JSON.stringify(job)))).toEqual(job);
});

describe('a wrong job is refused with the name of its field and without its text', () => {
  test.each<[string, unknown, RegExp]>([
    ['no object', null, /the whole/],
    ['an unknown kind', { ...trainJob, kind: 'swap' }, /"kind"/],
    ['another version', { ...trainJob, version: 99 }, /"version"/],
    ['no photos', { ...trainJob, photoIds: [] }, /"photoIds".*>=2/],
    ['too many photos', { ...trainJob, photoIds: Array.from({ length: 500 }, String) }, /"photoIds".*<=25/],
    ['a rank of zero', { ...trainJob, lora: { ...trainJob.lora, rank: 0 } }, /"lora.rank".*>=1/],
    ['unknown targets', { ...trainJob, lora: { ...trainJob.lora, targets: 'everything' } }, /"lora.targets".*attention/],
    ['a learning rate that is NaN', { ...trainJob, learningRate: NaN }, /"learningRate"/],
    ['a token with a space', { ...trainJob, subjectToken: 'anna k' }, /"subjectToken".*small letters/],
    ['a recipe without noise', { ...trainJob, recipe: { ...firstRecipe, noiseLevels: { spread: 'even', highest: 0 } } }, /"recipe.noiseLevels.highest"/],
    ['an unknown option', { ...trainJob, turbo: true }, /turbo/],
    ['an unknown scheduler', { ...generateJob, scheduler: 'magic' }, /"scheduler".*euler/],
    ['a size between blocks', { ...generateJob, widthPx: 190 }, /"widthPx".*8/],
    ['a seed above 32 bits', { ...generateJob, seed: 2 ** 32 }, /"seed"/],
    ['an empty prompt', { ...generateJob, prompt: '' }, /"prompt"/],
    ['guidance below one', { ...generateJob, guidance: 0 }, /"guidance"/],
    ['a prompt that is no text', { ...generateJob, prompt: ['secret words'] }, /"prompt".*string/],
  ])('%s', (_, job, message) => {
    try {
      parseJob(job);
    } catch (error) {
      if (!isAppError(error, 'job-invalid')) throw error;
      expect(error.message).toMatch(message);
      expect(error.message).not.toContain('secret words');
      expect(error.help).toMatch(/\.$/);
      return;
    }
    expect.unreachable('it was read');
  });
});

test('seeds count up from the first picture and wrap at 32 bits', () => {
  expect([0, 1, 2].map((index) => seedOfPicture(generateJob, index))).toEqual([2 ** 32 - 1, 0, 1]);
});
